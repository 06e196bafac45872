import { optionSchema, type ChoiceOption, type NumberOption, type OptionTable } from '@fdr/records';
import { Option, type Command } from 'commander';
import { z } from 'zod';
import { UserError } from '../failure.js';
import { flagOf, isGiven } from './config-flags.js';
import { describeRange, parseValue, parseWord } from './parse-option.js';

/** The flags of something that has a kind and options that depend on it: the schedule, the optimizer, the rule of a replay. */
export interface KindFlags<Kind extends string> {
  /** Name of the flag that chooses the kind, in camelCase: `schedule`. */
  readonly name: string;
  /** Of the flags in the help. */
  readonly heading: string;
  readonly kinds: readonly Kind[];
  readonly tables: Readonly<Record<Kind, OptionTable>>;
  readonly meaning: string;
  /** The default kind as the help shows it. */
  readonly usual: string;
}

/** A kind, and some of its options. */
export interface GivenKind<Kind extends string> {
  readonly kind: Kind;
  readonly options: Readonly<Record<string, unknown>>;
}

/** An option and the kinds that have it. */
interface SharedOption {
  readonly option: NumberOption | ChoiceOption;
  readonly kinds: readonly string[];
}

/** Every option of every kind, by name: one flag each. */
function sharedOptions<Kind extends string>({ kinds, tables }: KindFlags<Kind>): Map<string, SharedOption> {
  const shared = new Map<string, SharedOption>();
  for (const kind of kinds)
    for (const [name, option] of Object.entries(tables[kind]))
      shared.set(name, { option, kinds: [...(shared.get(name)?.kinds ?? []), kind] });
  return shared;
}

/** Adds the flag that chooses the kind, and a flag for every option of every kind. */
export function addKindFlags<Kind extends string>(command: Command, flags: KindFlags<Kind>): Command {
  const { name, heading, kinds, meaning, usual } = flags;
  const range = describeRange(z.enum(kinds));
  command.optionsGroup(heading);
  command.addOption(new Option(`${flagOf(name)} <name>`, `${meaning}: ${range}`).default(usual, usual));
  for (const [key, { option, kinds: owners }] of sharedOptions(flags)) {
    const description = `[${owners.join(', ')}] ${option.meaning}: ${describeRange(optionSchema(option))}`;
    command.option(`${flagOf(key)} <${option.placeholder}>`, `${description} (default: ${option.default})`);
  }
  return command;
}

/** The kind that was given; undefined where none was. @throws UserError where it is none of them */
export const readKind = <Kind extends string>(command: Command, { name, kinds }: KindFlags<Kind>): Kind | undefined =>
  isGiven(command, name) ? parseValue(flagOf(name), z.enum(kinds), command.getOptionValue(name)) : undefined;

/**
 * The options of a kind that were given.
 *
 * @throws UserError where a value is not allowed, or an option belongs to another kind and would do nothing
 */
export function readKindOptions<Kind extends string>(
  command: Command,
  flags: KindFlags<Kind>,
  kind: Kind,
): Readonly<Record<string, number | string>> {
  const given = [...sharedOptions(flags)].filter(([key]) => isGiven(command, key));
  return Object.fromEntries(
    given.map(([key, { option, kinds }]) => {
      if (!kinds.includes(kind)) {
        const flag = flagOf(flags.name);
        const owners = `${flag} ${kinds.join(' or ')}`;
        throw new UserError(`${flagOf(key)} is an option of ${owners}; it would do nothing with ${flag} ${kind}`);
      }
      return [key, parseWord(flagOf(key), optionSchema(option), String(command.getOptionValue(key)))];
    }),
  );
}
