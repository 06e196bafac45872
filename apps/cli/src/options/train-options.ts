import { resolve } from 'node:path';
import type { Command } from 'commander';
import { DATASET_NAMES } from '@fdr/datasets';
import {
  OPTIMIZER_OPTIONS,
  run,
  runConfig,
  SCHEDULE_OPTIONS,
  type OptimizerKind,
  type RunConfig,
  type ScheduleKind,
} from '@fdr/records';
import { defaultConfig, defaultOptimizer, defaultSchedule } from '@fdr/training';
import { NO_CONFIG_FILE, readConfigFile, type ConfigFile } from './config-file.js';
import { addConfigFlags, describeDefault, OPTIMIZER_KINDS, readConfigFlags, SCHEDULE_KINDS } from './config-flags.js';
import { addKindFlags, readKind, readKindOptions, type KindFlags } from './kind-flags.js';
import { parseValue } from './parse-option.js';
import { addTrainingOptions, readTrainingOptions, type TrainingOptions } from './training-options.js';

/** All that `fdr train` was given, complete and checked. */
export interface TrainOptions extends TrainingOptions {
  readonly config: RunConfig;
  /** For people; may be empty. */
  readonly name: string;
  /** Labels of the run, for people and programs. */
  readonly tags: readonly string[];
}

const OPTIMIZER: KindFlags<OptimizerKind> = {
  name: 'optimizer',
  kinds: OPTIMIZER_KINDS,
  tables: OPTIMIZER_OPTIONS,
  meaning: 'what turns gradients into steps',
  usual: 'sgd',
};

const SCHEDULE: KindFlags<ScheduleKind> = {
  name: 'schedule',
  kinds: SCHEDULE_KINDS,
  tables: SCHEDULE_OPTIONS,
  meaning: 'what lowers the learning rate',
  usual: describeDefault(({ schedule }) => schedule.kind) ?? 'equilibrium',
};

/** Adds every flag of `fdr train`. */
export function addTrainOptions(command: Command): Command {
  addConfigFlags(command);
  addKindFlags(command, OPTIMIZER);
  addKindFlags(command, SCHEDULE);
  return addTrainingOptions(command)
    .option('--config <file>', 'JSON with some of the above, or a run.json; flags override it')
    .option('--name <text>', 'what to call the run')
    .option('--tag <text>', 'a label of the run; may be given again', (text, tags: string[] = []) => [...tags, text]);
}

/**
 * Reads what {@link addTrainOptions} added: a flag overrides the configuration file, the file overrides the defaults.
 *
 * @throws UserError for the first value that is not allowed, naming it; no file has been made by then
 */
export async function readTrainOptions(command: Command): Promise<TrainOptions> {
  const given: Readonly<Record<string, unknown>> = command.opts();
  const path = given['config'];
  const file = path === undefined ? NO_CONFIG_FILE : await readConfigFile(String(path));
  const config = runConfig.parse(readConfig(command, file));
  return {
    ...readTrainingOptions(given),
    config: {
      ...config,
      dataset: resolveDataset(config.dataset),
      start: config.start && resolve(config.start),
      centre: config.centre && resolve(config.centre),
    },
    name: parseValue('--name', run.shape.name, given['name'] ?? ''),
    tags: parseValue('--tag', run.shape.tags, given['tag'] ?? []),
  };
}

function readConfig(command: Command, file: ConfigFile): unknown {
  const optimizerKind = readKind(command, OPTIMIZER) ?? file.optimizer?.kind ?? 'sgd';
  const defaults = defaultConfig(optimizerKind);
  const scheduleKind = readKind(command, SCHEDULE) ?? file.schedule?.kind ?? defaults.schedule.kind;
  return {
    ...defaults,
    ...file.values,
    ...readConfigFlags(command),
    optimizer: {
      ...defaultOptimizer(optimizerKind),
      ...(file.optimizer?.kind === optimizerKind ? file.optimizer.options : {}),
      ...readKindOptions(command, OPTIMIZER, optimizerKind),
    },
    schedule: {
      ...defaultSchedule(scheduleKind),
      ...(file.schedule?.kind === scheduleKind ? file.schedule.options : {}),
      ...readKindOptions(command, SCHEDULE, scheduleKind),
    },
  };
}

/** A folder's whole path, so that the stored configuration means the same wherever it is used again. */
function resolveDataset(nameOrFolder: string): string {
  return DATASET_NAMES.includes(nameOrFolder) ? nameOrFolder : resolve(nameOrFolder);
}
