import { resolve } from 'node:path';
import type { Command } from 'commander';
import { DATASET_NAMES } from '@fdr/datasets';
import { run, runConfig, type RunConfig } from '@fdr/records';
import { addAttendanceOptions, readAttendanceOptions, type AttendanceOptions } from './attendance-options.js';
import { readConfigFile } from './config-file.js';
import { CONFIG_FLAGS, DEFAULT_CONFIG, defaultsOf } from './config-flags.js';
import { addConfigFlags, readConfigFlags, type ConfigKey } from './config-options.js';
import { accept } from './value.js';

/** All that `fdr train` was told, complete and checked. */
export interface TrainOptions extends AttendanceOptions {
  readonly config: RunConfig;
  /** For people; empty where none was given. */
  readonly name: string;
  /** Marks of the run, for people and programs. */
  readonly tags: readonly string[];
}

const KEYS = Object.keys(CONFIG_FLAGS) as readonly ConfigKey[];

/** Adds every flag of `fdr train`. */
export function addTrainOptions(command: Command): Command {
  return addAttendanceOptions(addConfigFlags(command, KEYS))
    .option('--config <file>', 'JSON with some of the above in camelCase, or a run.json; flags go before it')
    .option('--name <text>', 'what to call the run')
    .option('--tag <text>', 'a mark of the run; may be given again', (text, tags: string[] = []) => [...tags, text]);
}

/**
 * Reads what {@link addTrainOptions} added: a flag goes before the configuration file, the file before the defaults.
 *
 * @throws UserError for the first value that is not allowed, naming it; no file has been made by then
 */
export async function readTrainOptions(command: Command): Promise<TrainOptions> {
  const given: Readonly<Record<string, unknown>> = command.opts();
  const path = given['config'];
  const file = path === undefined ? {} : await readConfigFile(String(path));
  const said: Partial<RunConfig> = { ...file, ...readConfigFlags(command, KEYS) };
  const config = runConfig.parse({ ...defaultsOf(said.optimizer ?? DEFAULT_CONFIG.optimizer), ...said });
  return {
    ...readAttendanceOptions(given),
    config: {
      ...config,
      dataset: resolveDataset(config.dataset),
      ...(config.start === undefined ? {} : { start: resolve(config.start) }),
    },
    name: accept('--name', run.shape.name, given['name'] ?? ''),
    tags: accept('--tag', run.shape.tags, given['tag'] ?? []),
  };
}

/** A folder's whole path, so that the stored configuration means the same wherever it is used again. */
function resolveDataset(nameOrFolder: string): string {
  return DATASET_NAMES.includes(nameOrFolder) ? nameOrFolder : resolve(nameOrFolder);
}
