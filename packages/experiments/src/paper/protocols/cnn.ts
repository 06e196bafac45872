import { COMPARISON_LENGTH, stages, type Protocol } from './protocol.js';

/** Appendix B.2: the convolutional network on CIFAR-10. */
export const CNN: Protocol = {
  title: 'CNN on CIFAR-10',
  letter: 'b',
  base: { model: 'cnn', dataset: 'cifar10', weightDecay: 0.01, batchSize: 100 },
  trainingImages: 50_000,
  momentum: 0.9,
  dampening: 0,
  initial: { learningRate: 0.1, epochs: 100 },
  sequence: [
    ...stages(200, 0.05, 0.02, 0.01),
    ...stages(400, 0.005, 0.003, 0.002, 0.0015, 0.001),
    ...stages(800, 0.0005, 0.00025, 0.0001),
  ],
  sequences: 16,
  // 70 % of 10,000 images: 0.46 points.
  comparison: { ...COMPARISON_LENGTH, seeds: 3, tolerance: 0.5 },
  aggressiveSeeds: [1, 2, 3, 4],
  landscape: { kind: 'anharmonic', downTo: 0.001 },
  quick: {
    title: 'CNN on synthetic data',
    fraction: 0.002,
    base: { dataset: 'synthetic-color', batchSize: 50, weightDecay: 0.1 },
    // Batches of 50 are too noisy for mu = 0.9 at this learning rate: in batches of 20 even 0.5 ends in constant answers.
    momentum: 0.5,
    scheduleFreeRate: 0.5,
  },
};
