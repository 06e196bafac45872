import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/** A draw is a sum of this many uniform numbers. */
const TERMS = 12;

/**
 * Draws a number of mean 0 and variance 1 whose distribution is near enough to a Gaussian for a synthetic data set: the
 * sum of twelve uniform numbers less six (Irwin-Hall, excess kurtosis -0.1). Only additions are used, so the bits are the
 * same on every machine; logarithms and cosines differ between machines.
 */
export function nearlyGaussian(random: RandomGenerator): number {
  let sum = -TERMS / 2;
  for (let term = 0; term < TERMS; term++) sum += uniformFloat64(random);
  return sum;
}
