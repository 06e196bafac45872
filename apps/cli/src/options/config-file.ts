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
import { describeRange, formatValue, parseValue } from './parse-option.js';

/** A mebibyte: a configuration is a few hundred bytes. */
const LARGEST_FILE = 1 << 20;
const KEYS = [...CONFIG_KEYS, 'optimizer', 'schedule'];

/** What a configuration file holds: any number of the keys, and any number of the options of its schedule and optimizer. */
export interface ConfigFile {
  readonly values: Partial<Pick<RunConfig, ConfigKey>>;
  readonly optimizer: GivenKind<OptimizerKind> | undefined;
  readonly schedule: GivenKind<ScheduleKind> | undefined;
}

/** An empty file, for where none was given. */
export const NO_CONFIG_FILE: ConfigFile = { values: {}, optimizer: undefined, schedule: undefined };

/**
 * Reads a configuration: JSON with any number of the keys of a run's configuration, or a whole `run.json`, whose `config` is taken.
 *
 * @throws UserError where it can't be read, is no such JSON, has a key that no configuration has, or a value out of range
 */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  const { optimizer, schedule, ...values } = configOf(parseJson(await readText(path), path), path);
  const unknown = Object.keys(values).find((key) => !KEYS.includes(key));
  if (unknown !== undefined)
    throw new UserError(`--config ${path}: there is no key ${formatValue(unknown)}; the keys are ${KEYS.join(', ')}`);
  const given = CONFIG_KEYS.filter((key) => values[key] !== undefined);
  return {
    values: Object.fromEntries(
      given.map((key) => [key, parseValue(`${key} in ${path}`, runConfig.shape[key], values[key])]),
    ),
    optimizer: readGivenKind(`optimizer in ${path}`, optimizer, OPTIMIZER_KINDS, OPTIMIZER_OPTIONS),
    schedule: readGivenKind(`schedule in ${path}`, schedule, SCHEDULE_KINDS, SCHEDULE_OPTIONS),
  };
}

/** Reads `{ kind, ...some options }`. Undefined where there is none. */
function readGivenKind<Kind extends string>(
  subject: string,
  value: unknown,
  kinds: readonly Kind[],
  tables: Readonly<Record<Kind, OptionTable>>,
): GivenKind<Kind> | undefined {
  if (value === undefined) return undefined;
  const [example = ''] = kinds;
  if (!isObject(value))
    throw new UserError(`${subject} must be an object like { "kind": "${example}" }, not ${formatValue(value)}`);
  const { kind: word, ...options } = value;
  const schema = z.enum(kinds);
  if (word === undefined) throw new UserError(`${subject} must have a "kind", ${describeRange(schema)}`);
  const kind = parseValue(`kind of the ${subject}`, schema, word);
  const table = new Map(Object.entries(tables[kind]));
  for (const [name, given] of Object.entries(options)) {
    const option = table.get(name);
    if (!option) {
      const names = [...table.keys()].join(', ') || 'none';
      throw new UserError(`${subject}: ${kind} has no option ${formatValue(name)}; its options are ${names}`);
    }
    parseValue(`${name} of the ${subject}`, optionSchema(option), given);
  }
  return { kind, options };
}

async function readText(path: string): Promise<string> {
  try {
    const file = await open(path);
    try {
      const information = await file.stat();
      if (information.isDirectory()) throw new UserError(`--config ${path}: expected a JSON file, found a folder`);
      // The size is not asked for: a pipe or a device has none.
      const chunks: Buffer[] = [];
      for await (const chunk of file.createReadStream({ end: LARGEST_FILE, autoClose: false }))
        chunks.push(chunk as Buffer);
      const bytes = Buffer.concat(chunks);
      if (bytes.length > LARGEST_FILE)
        throw new UserError(
          `--config ${path}: expected at most ${LARGEST_FILE} bytes, found ${Math.max(information.size, bytes.length)}`,
        );
      return bytes.toString('utf8');
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

function parseJson(text: string, path: string): unknown {
  try {
    // An editor may have put a byte order mark before the text.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UserError(`--config ${path}: expected JSON, found ${formatValue(text.slice(0, 40))}`, { cause: error });
  }
}

type JsonObject = Readonly<Record<string, unknown>>;

/** The configuration itself, or that of a whole `run.json`. */
function configOf(value: unknown, path: string): JsonObject {
  const isRun = isObject(value) && Object.hasOwn(value, 'schemaVersion') && Object.hasOwn(value, 'config');
  const config = isRun ? value['config'] : value;
  if (isObject(config)) return config;
  throw new UserError(`--config ${path}: expected a JSON object, found ${formatValue(config)}`);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
