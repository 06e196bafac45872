import { Option, type Command } from 'commander';
import { runConfig, type RunConfig } from '@fdr/records';
import { CONFIG_FLAGS, describeDefault, flagOf } from './config-flags.js';
import { acceptWord, describeRange } from './parse-option.js';

export type ConfigKey = keyof RunConfig;

/** Keys whose range, any text, says nothing. */
const ANY_TEXT: ReadonlySet<ConfigKey> = new Set(['dataset', 'start', 'observables']);

/** Adds the flags that set these keys of a run's configuration. */
export function addConfigFlags(command: Command, keys: readonly ConfigKey[]): Command {
  for (const key of keys) {
    const [placeholder, meaning] = CONFIG_FLAGS[key];
    const range = ANY_TEXT.has(key) ? '' : `: ${describeRange(runConfig.shape[key])}`;
    const option = new Option(`${flagOf(key)} <${placeholder}>`, `${meaning}${range}`);
    const value = describeDefault(key);
    command.addOption(value === undefined ? option : option.default(value, value));
  }
  return command;
}

/**
 * What these flags were given; what was not given is left out.
 *
 * @throws UserError for the first value that is not allowed, naming its flag
 */
export function readConfigFlags<Key extends ConfigKey>(
  command: Command,
  keys: readonly Key[],
): Partial<Pick<RunConfig, Key>> {
  const given: Readonly<Record<string, unknown>> = command.opts();
  const said = keys.filter((key) => !['default', undefined].includes(command.getOptionValueSource(key)));
  return Object.fromEntries(
    said.map((key) => [key, acceptWord(flagOf(key), runConfig.shape[key], String(given[key]))]),
  ) as Partial<Pick<RunConfig, Key>>;
}
