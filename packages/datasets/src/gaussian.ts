import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/** Uniform numbers a draw takes. */
const TERMS = 12;

/**
 * One number of mean 0 and variance 1, near enough to a Gaussian for a test set: the sum of twelve uniform numbers
 * less six (Irwin-Hall, excess kurtosis -0.1). Only additions, so the bits are the same on every machine, which no
 * one promises for logarithm and cosine.
 */
export function nearlyGaussian(random: RandomGenerator): number {
  let sum = -TERMS / 2;
  for (let term = 0; term < TERMS; term++) sum += uniformFloat64(random);
  return sum;
}
