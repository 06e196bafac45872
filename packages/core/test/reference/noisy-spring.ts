import type { Sampling } from '@fdr/records';
import { normal, randomState } from '../../src/random.js';
import { drawExamples } from '../../src/training/sampling.js';

/** A mean over independent chains, and its standard error. */
export interface Measured {
  readonly mean: number;
  readonly error: number;
}

export interface Spring {
  /** h, eta, mu, nu and steps an epoch. */
  readonly curvature: number;
  readonly learningRate: number;
  readonly momentum: number;
  readonly dampening: number;
  readonly steps: number;
  readonly sampling: Sampling;
}

const CHAINS = 60;

/**
 * Simulates (10), (11) with the gradient h theta + xi in double precision: each chain draws xi from `steps` numbers of its own of mean 0 and variance 1, in
 * shuffles or with replacement. Nothing is taken from the relations.
 */
export function simulate({ curvature, learningRate, momentum, dampening, steps, sampling }: Spring, epochs: number) {
  const chains = Array.from({ length: CHAINS }, (_, chain) => {
    let random = randomState(chain, 'shuffling');
    const noises = standardized(random, steps);
    let [position, velocity] = [0, 0];
    const sums = { endVariance: 0, fullBatch: 0, descent: 0, update: 0 };
    for (let epoch = -Math.ceil(epochs / 4); epoch < epochs; epoch++) {
      const order = drawExamples(sampling, random, steps);
      random = order.state;
      for (const index of order.values) {
        const full = curvature * position;
        const gradient = full + noises[index]!;
        const before = velocity;
        velocity = momentum * velocity - (1 - dampening) * gradient;
        position += learningRate * velocity;
        if (epoch < 0) continue;
        sums.fullBatch -= (momentum * before * gradient) / steps;
        sums.descent -= (velocity * full) / steps;
        sums.update += (curvature * velocity ** 2) / steps;
      }
      if (epoch < 0) continue;
      sums.endVariance += position ** 2;
      sums.fullBatch += (1 - dampening) * (curvature * position) ** 2;
    }
    return sums;
  });
  const measured = (name: keyof (typeof chains)[number]): Measured => {
    const values = chains.map((sums) => sums[name] / epochs);
    const mean = values.reduce((sum, value) => sum + value, 0) / CHAINS;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return { mean, error: Math.sqrt(squares / (CHAINS - 1) / CHAINS) };
  };
  return {
    endVariance: measured('endVariance'),
    fullBatch: measured('fullBatch'),
    descent: measured('descent'),
    update: measured('update'),
  };
}

/** Normal numbers, shifted and scaled to mean 0 and variance 1. */
function standardized(random: readonly number[], count: number): number[] {
  const values = [...normal(random, count, 1).values];
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count);
  return values.map((value) => (value - mean) / deviation);
}
