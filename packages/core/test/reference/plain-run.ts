import type { RunConfig } from '@fdr/records';

const PLAIN = { kind: 'sgd', momentum: 0, dampening: 0 } as const;

/** A run by SGD of which only what is given matters. */
export const runOf = (change: Partial<RunConfig>, stepsPerEpoch: number) => ({
  config: {
    model: 'mlp' as const,
    dataset: 'synthetic',
    optimizer: PLAIN,
    learningRate: 0.1,
    weightDecay: 0,
    sampling: 'shuffle' as const,
    batchSize: 1,
    epochs: 20,
    schedule: { kind: 'constant' as const },
    seed: 1,
    backend: 'cpu' as const,
    threads: 1,
    ...change,
  },
  stepsPerEpoch,
});
