import { open } from 'node:fs/promises';
import {
  OPTIMIZER_OPTIONS,
  optionSchema,
  runConfig,
  SCHEDULE_OPTIONS,
  type OptimizerKind,
  type OptionTable,
  type RunConfig,
  type ScheduleKind,
} from '@fdr/records';
import { errorCode } from '@fdr/run-store';
import { z } from 'zod';
import { UserError } from '../failure.js';
import { CONFIG_KEYS, OPTIMIZER_KINDS, SCHEDULE_KINDS, type ConfigKey } from './config-flags.js';
import type { GivenKind } from './kind-flags.js';
import { formatValue, parseValue } from './parse-option.js';

const LARGEST_FILE = 1 << 20;
const KEYS = [...CONFIG_KEYS, 'optimizer', 'schedule'];

/** What a configuration file holds: any number of the keys, and any number of the options of its schedule and optimizer. */
export interface ConfigFile {
  readonly values: Partial<Pick<RunConfig, ConfigKey>>;
  readonly optimizer: GivenKind<OptimizerKind> | undefined;
  readonly schedule: GivenKind<ScheduleKind> | undefined;
}

/** What a file holds that nobody gave. */
export const NO_CONFIG_FILE: ConfigFile = { values: {}, optimizer: undefined, schedule: undefined };

/**
 * Reads a configuration: JSON with keys of a run's configuration, any number of them; or a whole `run.json`, of which its
 * `config` is taken.
 *
 * @throws UserError when it can't be read, is no such JSON, has a key that no configuration has, or a value out of range
 */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  const { optimizer, schedule, ...values }: Readonly<Record<string, unknown>> = {
    ...configOf(parse(await read(path), path), path),
  };
  const unknown = Object.keys(values).find((key) => !KEYS.includes(key));
  if (unknown !== undefined)
    throw new UserError(`--config ${path}: there is no key ${formatValue(unknown)}; the keys are ${KEYS.join(', ')}`);
  const given = CONFIG_KEYS.filter((key) => values[key] !== undefined);
  return {
    values: Object.fromEntries(
      given.map((key) => [key, parseValue(`${key} in ${path}`, runConfig.shape[key], values[key])]),
    ),
    optimizer: givenKind(`optimizer in ${path}`, optimizer, OPTIMIZER_KINDS, OPTIMIZER_OPTIONS),
    schedule: givenKind(`schedule in ${path}`, schedule, SCHEDULE_KINDS, SCHEDULE_OPTIONS),
  };
}

/** `{ kind, ...some options }`; undefined where there is none. */
function givenKind<Kind extends string>(
  subject: string,
  value: unknown,
  kinds: readonly Kind[],
  tables: Readonly<Record<Kind, OptionTable>>,
): GivenKind<Kind> | undefined {
  if (value === undefined) return undefined;
  if (!isObject(value))
    throw new UserError(`${subject} must be an object like { "kind": "${kinds[0]}" }, not ${formatValue(value)}`);
  const { kind: given, ...options }: Readonly<Record<string, unknown>> = { ...value };
  const kind = parseValue(`kind of the ${subject}`, z.enum(kinds), given);
  const table = tables[kind];
  for (const [name, option] of Object.entries(options)) {
    const known = table[name];
    if (!known)
      throw new UserError(
        `${subject}: ${kind} has no option ${formatValue(name)}; its options are ${Object.keys(table).join(', ') || 'none'}`,
      );
    parseValue(`${name} of the ${subject}`, optionSchema(known), option);
  }
  return { kind, options };
}

async function read(path: string): Promise<string> {
  try {
    const file = await open(path);
    try {
      const information = await file.stat();
      if (information.isDirectory()) throw new UserError(`--config ${path}: expected a JSON file, found a folder`);
      if (information.size > LARGEST_FILE) {
        throw new UserError(`--config ${path}: expected at most ${LARGEST_FILE} bytes, found ${information.size}`);
      }
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    const found = code === 'ENOENT' ? 'nothing there' : code;
    throw new UserError(`--config ${path}: expected a readable JSON file, found ${found}`, { cause: error });
  }
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UserError(`--config ${path}: expected JSON, found ${formatValue(text.slice(0, 40))}`, { cause: error });
  }
}

function configOf(value: unknown, path: string): object {
  const isRun = isObject(value) && 'schemaVersion' in value && 'config' in value;
  const config = isRun ? value.config : value;
  if (isObject(config)) return config;
  throw new UserError(`--config ${path}: expected a JSON object, found ${formatValue(config)}`);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
