import { COMPARISON_LENGTH, stages, type Protocol } from './protocol.js';

/** Appendix B.1: the multilayer perceptron on MNIST. */
export const MLP: Protocol = {
  title: 'MLP on MNIST',
  letter: 'a',
  base: { model: 'mlp', dataset: 'mnist', weightDecay: 0.01, batchSize: 100 },
  trainingImages: 60_000,
  momentum: 0,
  dampening: 0,
  initial: { learningRate: 0.1, epochs: 100 },
  sequence: [...stages(500, 0.05, 0.02, 0.01), ...stages(1000, 0.005, 0.003)],
  sequences: 4,
  // 97 % of 10,000 images: 0.17 points.
  comparison: { ...COMPARISON_LENGTH, seeds: 5, tolerance: 0.2 },
  aggressiveSeeds: [],
  landscape: { kind: 'harmonic', upTo: 0.01 },
  quick: {
    title: 'MLP on synthetic data',
    fraction: 0.03,
    base: { dataset: 'synthetic', batchSize: 20, weightDecay: 0.1 },
    momentum: 0,
    scheduleFreeRate: 0.5,
  },
};
