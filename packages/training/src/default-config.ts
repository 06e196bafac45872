import { availableParallelism } from 'node:os';
import type { RunConfig } from '@fdr/records';

/** More threads than that have not been seen to help a step of this size. */
const MOST_THREADS = 8;

/** What a run is made of when nothing is said: the paper's multilayer perceptron. */
export const DEFAULT_CONFIG: RunConfig = {
  model: 'mlp',
  dataset: 'mnist',
  optimizer: 'sgd',
  learningRate: 0.1,
  momentum: 0,
  dampening: 0,
  weightDecay: 0.01,
  batchSize: 100,
  epochs: 100,
  schedule: 'equilibrium',
  threshold: 0.01,
  decay: 0.1,
  seed: 1,
  backend: 'auto',
  threads: Math.min(availableParallelism(), MOST_THREADS),
};

/** What else is meant where nothing is said but the optimizer: its usual rate, and a schedule that it can have. */
export const OPTIMIZER_DEFAULTS: Readonly<Record<RunConfig['optimizer'], Partial<RunConfig>>> = {
  sgd: {},
  adam: { learningRate: 1e-3, schedule: 'constant' },
  amsgrad: { learningRate: 1e-3, schedule: 'constant' },
};

/** What a run by this optimizer is made of when nothing else is said. */
export const defaultsOf = (optimizer: RunConfig['optimizer']): RunConfig => ({
  ...DEFAULT_CONFIG,
  ...OPTIMIZER_DEFAULTS[optimizer],
  optimizer,
});

