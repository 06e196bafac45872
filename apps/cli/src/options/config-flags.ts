import { DATASET_NAMES } from '@fdr/datasets';
import {
  OPTIMIZER_OPTIONS,
  runConfig,
  SCHEDULE_OPTIONS,
  type OptimizerKind,
  type RunConfig,
  type ScheduleKind,
} from '@fdr/records';
import { DEFAULT_CONFIG, defaultConfig } from '@fdr/training';
import { Option, type Command } from 'commander';
import { describeRange, parseWord } from './parse-option.js';

/** Keys of a run's configuration that are one value each. The options of schedule and optimizer have flags of their own. */
export type ConfigKey = Exclude<keyof RunConfig, 'schedule' | 'optimizer'>;

/** Placeholder and meaning of the flag of each key. The flag is the key in kebab-case; without a placeholder it is a switch. */
const CONFIG_FLAGS: Readonly<Record<ConfigKey, readonly [placeholder: string, meaning: string]>> = {
  model: ['name', 'network to train'],
  dataset: ['name', `data set: ${DATASET_NAMES.join(', ')}, or a folder of IDX or CIFAR-10 files`],
  learningRate: ['eta', 'learning rate at the start'],
  weightDecay: ['lambda', 'weight decay, of the term 1/2 lambda |theta|^2 in the loss'],
  batchSize: ['n', 'examples in a mini-batch'],
  sampling: ['name', 'how mini-batches are drawn: each epoch a shuffle, or independently with replacement'],
  epochs: ['n', 'passes over the training data'],
  seed: ['n', 'seed of initialization and of the mini-batches'],
  backend: ['name', 'library that computes; auto takes the fastest that works here'],
  threads: ['n', 'most threads of the onnx backend; it takes fewer where more are slower'],
  start: [
    'checkpoint',
    'checkpoint whose parameters the training starts from; CHECKPOINT#average takes the average that it holds',
  ],
  centre: ['checkpoint', 'checkpoint whose parameters O_L is read from (theta_c of footnote 4), instead of the origin'],
  descent: [
    '',
    "read -v' . grad f at one random step of each epoch: O_FB for any sampling, for a pass over the training data",
  ],
  drift: ['', 'sample how far the parameters drift from a mean of earlier ones, for fdr replay --rule stationary'],
  average: ['name', 'average of the parameters that is evaluated beside them and saved with them'],
  observables: ['names', 'extra observables to measure at each step, as a,b,c or all; help lists them'],
};

/** The keys in the order of the help. */
export const CONFIG_KEYS = Object.keys(CONFIG_FLAGS) as readonly ConfigKey[];

/** Keys whose range the help need not describe: any text, and switches. */
const ANY_VALUE: ReadonlySet<ConfigKey> = new Set(['dataset', 'start', 'centre', 'descent', 'drift', 'observables']);

/** The built-in optimizers, in the order of the help. */
export const OPTIMIZER_KINDS = Object.keys(OPTIMIZER_OPTIONS) as readonly OptimizerKind[];
/** The built-in schedules, in the order of the help. */
export const SCHEDULE_KINDS = Object.keys(SCHEDULE_OPTIONS) as readonly ScheduleKind[];

/** `learningRate` as a flag: `--learning-rate`. */
export function flagOf(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Adds the flags of every {@link ConfigKey}. */
export function addConfigFlags(command: Command): Command {
  for (const key of CONFIG_KEYS) {
    const [placeholder, meaning] = CONFIG_FLAGS[key];
    const range = ANY_VALUE.has(key) ? '' : `: ${describeRange(runConfig.shape[key])}`;
    const option = new Option(placeholder ? `${flagOf(key)} <${placeholder}>` : flagOf(key), `${meaning}${range}`);
    const value = describeDefault((config) => config[key]);
    command.addOption(value === undefined ? option : option.default(value, value));
  }
  return command;
}

/**
 * Reads the flags that were given.
 *
 * @returns their values; the other keys are left out
 * @throws UserError for the first value that is not allowed, naming its flag
 */
export function readConfigFlags(command: Command): Partial<Pick<RunConfig, ConfigKey>> {
  const given = CONFIG_KEYS.filter((key) => isGiven(command, key));
  return Object.fromEntries(
    given.map((key) => [key, parseWord(flagOf(key), runConfig.shape[key], String(command.getOptionValue(key)))]),
  );
}

/** Whether an option was given on the command line, and is not its default. */
export const isGiven = (command: Command, key: string): boolean =>
  !['default', undefined].includes(command.getOptionValueSource(key));

/** A default as the help shows it, with those optimizers that have another one: `0.1; 0.001 with adam, amsgrad`. Undefined where there is none. */
export function describeDefault(read: (config: RunConfig) => RunConfig[ConfigKey]): string | undefined {
  const usual = read(DEFAULT_CONFIG);
  if (usual === undefined) return undefined;
  const others = new Map<string, string[]>();
  for (const optimizer of OPTIMIZER_KINDS) {
    const value = String(read(defaultConfig(optimizer)));
    if (value !== String(usual)) others.set(value, [...(others.get(value) ?? []), optimizer]);
  }
  const exceptions = [...others].map(([value, optimizers]) => `${value} with ${optimizers.join(', ')}`);
  return [String(usual), ...exceptions].join('; ');
}
