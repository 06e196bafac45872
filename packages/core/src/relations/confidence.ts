// @ts-expect-error: jstat comes without types; what is used of it is said below.
import jstat from 'jstat';
import { inRange } from '../validate.js';

const { studentt } = jstat as { studentt: { inv(probability: number, degreesOfFreedom: number): number } };

/** A mean over independent runs and its confidence interval. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Mean, squared standard error and number of samples. */
export interface Sample {
  readonly mean: number;
  readonly squaredError: number;
  readonly count: number;
}

/** Level of the confidence intervals where none is said; the paper's. */
export const CONFIDENCE = 0.95;

/**
 * How many standard errors to either side hold a mean with this confidence: Student's t, `t_{(1 + level) / 2}`.
 *
 * @param degreesOfFreedom above 0, not necessarily whole.
 */
export const studentFactor = (level: number, degreesOfFreedom: number): number =>
  studentt.inv((1 + level) / 2, degreesOfFreedom);

/** The mean of some values; one alone has no error that could be told (NaN). */
export function sampleOf(values: readonly number[]): Sample {
  const count = inRange('values.length', values.length, { min: 1 });
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, squaredError: squares / (count - 1) / count, count };
}

/** The interval that holds the true mean of normal values with this confidence; without bounds for one value. */
export function interval(values: readonly number[], level: number = CONFIDENCE): Interval {
  inRange('level', level, { above: 0, below: 1 });
  const { mean, squaredError, count } = sampleOf(values);
  if (count === 1) return { mean, low: -Infinity, high: Infinity };
  const half = studentFactor(level, count - 1) * Math.sqrt(squaredError);
  return { mean, low: mean - half, high: mean + half };
}

/**
 * The ratio of two independent means and its interval (Fieller 1954): those r for which `numerator - r denominator` is not told from 0 by
 * Student's t, its degrees of freedom by Welch and Satterthwaite at the estimate. Without bounds where the denominator itself is
 * not told from 0, or a mean stands on one value.
 */
export function ratioInterval(
  numerators: readonly number[],
  denominators: readonly number[],
  level: number = CONFIDENCE,
): Interval {
  const [top, bottom] = [sampleOf(numerators), sampleOf(denominators)];
  const ratio = top.mean / bottom.mean;
  if (top.count === 1 || bottom.count === 1) return { mean: ratio, low: -Infinity, high: Infinity };
  const scaled = ratio ** 2 * bottom.squaredError;
  const variance = top.squaredError + scaled;
  if (variance === 0) return { mean: ratio, low: ratio, high: ratio };
  const degrees = variance ** 2 / (top.squaredError ** 2 / (top.count - 1) + scaled ** 2 / (bottom.count - 1));
  const factor = studentFactor(level, degrees);
  const doubt = (factor ** 2 * bottom.squaredError) / bottom.mean ** 2;
  if (!(doubt < 1)) return { mean: ratio, low: -Infinity, high: Infinity };
  const half = (factor / Math.abs(bottom.mean)) * Math.sqrt(top.squaredError * (1 - doubt) + scaled);
  return { mean: ratio, low: (ratio - half) / (1 - doubt), high: (ratio + half) / (1 - doubt) };
}
