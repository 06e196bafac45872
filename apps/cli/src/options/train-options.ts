import { resolve } from 'node:path';
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
import type { Command } from 'commander';
import { NO_CONFIG_FILE, readConfigFile, type ConfigFile } from './config-file.js';
import { addConfigFlags, describeDefault, OPTIMIZER_KINDS, readConfigFlags, SCHEDULE_KINDS } from './config-flags.js';
import { addKindFlags, readKind, readKindOptions, type GivenKind, type KindFlags } from './kind-flags.js';
import { parseValue } from './parse-option.js';
import {
  addTrainingOptions,
  readTrainingOptions,
  type TrainingFlags,
  type TrainingOptions,
} from './training-options.js';

/** What the command line gave for {@link addTrainOptions}, but for the configuration. */
interface TrainFlags extends TrainingFlags {
  readonly config?: string;
  readonly name?: string;
  readonly tag?: readonly string[];
}

/** All that `fdr train` was given, complete and checked. */
export interface TrainOptions extends TrainingOptions {
  readonly config: RunConfig;
  /** A title for people; may be empty. */
  readonly name: string;
  /** Labels of the run, for people and programs. */
  readonly tags: readonly string[];
}

const OPTIMIZER: KindFlags<OptimizerKind> = {
  name: 'optimizer',
  heading: 'Optimizer, and the options of each:',
  kinds: OPTIMIZER_KINDS,
  tables: OPTIMIZER_OPTIONS,
  meaning: 'rule that turns gradients into steps',
  usual: 'sgd',
};

const SCHEDULE: KindFlags<ScheduleKind> = {
  name: 'schedule',
  heading: 'Schedule, and the options of each:',
  kinds: SCHEDULE_KINDS,
  tables: SCHEDULE_OPTIONS,
  meaning: 'rule that lowers the learning rate',
  usual: describeDefault(({ schedule }) => schedule.kind) ?? 'equilibrium',
};

/** Adds the flags of a training's configuration. */
export function addSettingFlags(command: Command): Command {
  addConfigFlags(command.optionsGroup('Training:'));
  addKindFlags(command, OPTIMIZER);
  return addKindFlags(command, SCHEDULE);
}

/** Adds every flag of `fdr train`. */
export function addTrainOptions(command: Command): Command {
  addSettingFlags(command);
  return addTrainingOptions(command.optionsGroup('Records and dashboard:'))
    .option('--config <file>', 'JSON file with keys of a configuration, or a run.json; flags override it')
    .option('--name <text>', 'title of the run')
    .option(
      '--tag <text>',
      'label of the run; may be given more than once',
      (text: string, tags: readonly string[] | undefined) => [...(tags ?? []), text],
    );
}

/**
 * Reads what {@link addTrainOptions} added: a flag overrides the configuration file, the file overrides the defaults.
 *
 * @throws UserError for the first value that is not allowed, naming it; no file has been made by then
 */
export async function readTrainOptions(command: Command): Promise<TrainOptions> {
  const flags = command.opts<TrainFlags>();
  const file = flags.config === undefined ? NO_CONFIG_FILE : await readConfigFile(flags.config);
  const config = runConfig.parse(mergeConfig(command, file));
  return {
    ...readTrainingOptions(flags),
    config: {
      ...config,
      dataset: resolveDataset(config.dataset),
      start: config.start && resolve(config.start),
      centre: config.centre && resolve(config.centre),
    },
    name: parseValue('--name', run.shape.name, flags.name ?? ''),
    tags: parseValue('--tag', run.shape.tags, flags.tag ?? []),
  };
}

/** Defaults, file and flags as one configuration. What the defaults are depends on the optimizer. */
function mergeConfig(command: Command, file: ConfigFile): unknown {
  const optimizer = readKind(command, OPTIMIZER) ?? file.optimizer?.kind ?? 'sgd';
  const defaults = defaultConfig(optimizer);
  const schedule = readKind(command, SCHEDULE) ?? file.schedule?.kind ?? defaults.schedule.kind;
  return {
    ...defaults,
    ...file.values,
    ...readConfigFlags(command),
    optimizer: {
      ...defaultOptimizer(optimizer),
      ...optionsOf(file.optimizer, optimizer),
      ...readKindOptions(command, OPTIMIZER, optimizer),
    },
    schedule: {
      ...defaultSchedule(schedule),
      ...optionsOf(file.schedule, schedule),
      ...readKindOptions(command, SCHEDULE, schedule),
    },
  };
}

/** A file's options, where they are those of the kind that was chosen: a flag may have chosen another one. */
const optionsOf = <Kind extends string>(given: GivenKind<Kind> | undefined, kind: Kind): object | undefined =>
  given?.kind === kind ? given.options : undefined;

/** A folder's whole path, so that the stored configuration means the same in every folder. */
function resolveDataset(nameOrFolder: string): string {
  return DATASET_NAMES.includes(nameOrFolder) ? nameOrFolder : resolve(nameOrFolder);
}
