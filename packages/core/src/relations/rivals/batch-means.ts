import { CONFIDENCE, studentFactor, type Interval } from '../confidence.js';

/** Fewer values than this say nothing of their mean's error. */
const LEAST_VALUES = 4;

const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * The mean of a correlated series and its confidence interval by batch means: K values are cut into `b = floor(sqrt(K))` batches of
 * `m = floor(K / b)`, whose means `Y_j` are nearly independent where m is longer than the correlation lasts,
 *
 *     z +- t_(b - 1) s / sqrt(b m),   s^2 = m / (b - 1) sum_j (Y_j - z)^2
 *
 * The oldest `K - b m` values are left out. Unbounded for fewer than four values.
 *
 * @param level in (0, 1); 0.95 by default.
 */
export function batchMeans(values: Float64Array, level: number = CONFIDENCE): Interval {
  const batches = Math.floor(Math.sqrt(values.length));
  if (values.length < LEAST_VALUES) return { mean: meanOf(values), low: -Infinity, high: Infinity };
  const length = Math.floor(values.length / batches);
  const used = values.subarray(values.length - batches * length);
  const mean = meanOf(used);
  let squares = 0;
  for (let batch = 0; batch < batches; batch++)
    squares += (meanOf(used.subarray(batch * length, (batch + 1) * length)) - mean) ** 2;
  const half = studentFactor(level, batches - 1) * Math.sqrt(squares / (batches - 1) / batches);
  return { mean, low: mean - half, high: mean + half };
}

/** The two halves of a series, the older first. */
export const halvesOf = (values: Float64Array): readonly [Float64Array, Float64Array] => {
  const middle = Math.floor(values.length / 2);
  return [values.subarray(0, middle), values.subarray(middle)];
};

/** True where the means of both halves lie on the same side of 0: a mean that has just crossed it is not at rest. */
export const halvesAgree = (values: Float64Array): boolean => {
  const [older, newer] = halvesOf(values);
  return meanOf(older) * meanOf(newer) > 0;
};
