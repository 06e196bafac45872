import { open } from 'node:fs/promises';
import { runConfig, type RunConfig } from '@fdr/records';
import { UserError } from '../failure.js';
import { errorCode } from '@fdr/run-store';
import { accept, show } from './parse-option.js';

const LARGEST_FILE = 1 << 20;
const KEYS = Object.keys(runConfig.shape) as readonly (keyof RunConfig)[];

/**
 * Reads a configuration: JSON with keys of a run's configuration, any number of them; or a whole `run.json`, of which its
 * `config` is taken.
 *
 * @throws UserError when it can't be read, is no such JSON, has a key that no configuration has, or a value out of range
 */
export async function readConfigFile(path: string): Promise<Partial<RunConfig>> {
  const values = configOf(parse(await read(path), path), path);
  const unknown = Object.keys(values).find((key) => !(KEYS as readonly string[]).includes(key));
  if (unknown !== undefined) {
    throw new UserError(`--config ${path}: there is no key ${show(unknown)}; the keys are ${KEYS.join(', ')}`);
  }
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      accept(`${key} in ${path}`, runConfig.shape[key as keyof RunConfig], value),
    ]),
  );
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
    throw new UserError(`--config ${path}: expected JSON, found ${show(text.slice(0, 40))}`, { cause: error });
  }
}

function configOf(value: unknown, path: string): object {
  const isRun = isObject(value) && 'schemaVersion' in value && 'config' in value;
  const config = isRun ? value.config : value;
  if (isObject(config)) return config;
  throw new UserError(`--config ${path}: expected a JSON object, found ${show(config)}`);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
