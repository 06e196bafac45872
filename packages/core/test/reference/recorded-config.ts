import type { RunConfig } from '@fdr/records';

/** The configuration of a run whose steps are made up. */
export const RECORDED_CONFIG: RunConfig = {
  model: 'mlp',
  dataset: 'mnist',
  optimizer: { kind: 'sgd', momentum: 0, dampening: 0 },
  learningRate: 0.1,
  weightDecay: 0.01,
  batchSize: 100,
  sampling: 'shuffle',
  epochs: 100,
  schedule: { kind: 'constant' },
  seed: 1,
  backend: 'cpu',
  threads: 1,
};
