import { availableParallelism } from 'node:os';
import {
  OPTIMIZER_OPTIONS,
  optimizerConfig,
  SCHEDULE_OPTIONS,
  scheduleConfig,
  type OptimizerConfig,
  type OptimizerKind,
  type OptionTable,
  type RunConfig,
  type ScheduleConfig,
  type ScheduleKind,
} from '@fdr/records';

/** More threads than that have not been seen to help a step of this size. */
const MOST_THREADS = 8;

const defaultsOf = (table: OptionTable): Record<string, number | string> =>
  Object.fromEntries(Object.entries(table).map(([name, option]) => [name, option.default]));

/** A schedule with its default options. */
export const defaultSchedule = (kind: ScheduleKind): ScheduleConfig =>
  scheduleConfig.parse({ kind, ...defaultsOf(SCHEDULE_OPTIONS[kind]) });

/** An optimizer with its default options. */
export const defaultOptimizer = (kind: OptimizerKind): OptimizerConfig =>
  optimizerConfig.parse({ kind, ...defaultsOf(OPTIMIZER_OPTIONS[kind]) });

/** Where the learning rate usually begins. */
const LEARNING_RATES: Readonly<Record<OptimizerKind, number>> = {
  sgd: 0.1,
  adam: 1e-3,
  amsgrad: 1e-3,
  'schedule-free': 1,
  dog: 1,
  prodigy: 1,
};

/**
 * A run by this optimizer where nothing else is chosen: the paper's multilayer perceptron on MNIST, by its schedule. That is defined with SGD
 * alone; with any other optimizer the learning rate is constant.
 */
export const defaultConfig = (optimizer: OptimizerKind = 'sgd'): RunConfig => ({
  model: 'mlp',
  dataset: 'mnist',
  optimizer: defaultOptimizer(optimizer),
  learningRate: LEARNING_RATES[optimizer],
  weightDecay: 0.01,
  batchSize: 100,
  sampling: 'shuffle',
  epochs: 100,
  schedule: defaultSchedule(optimizer === 'sgd' ? 'equilibrium' : 'constant'),
  seed: 1,
  backend: 'auto',
  threads: Math.min(availableParallelism(), MOST_THREADS),
});

/** {@link defaultConfig} of SGD. */
export const DEFAULT_CONFIG: RunConfig = defaultConfig();
