// @ts-expect-error: jstat comes without types; the cast below declares what is used.
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
interface Sample {
  readonly mean: number;
  readonly squaredError: number;
  readonly count: number;
}

/** Default level of the confidence intervals: the paper's. */
export const CONFIDENCE = 0.95;

/**
 * Half the width of a mean's confidence interval in standard errors: Student's t, `t_{(1 + level) / 2}`.
 *
 * @param level in (0, 1).
 * @param degreesOfFreedom above 0, not necessarily an integer.
 */
export const studentFactor = (level: number, degreesOfFreedom: number): number =>
  studentt.inv((1 + level) / 2, degreesOfFreedom);

/** The mean of some values and its error, which is NaN for one value. @throws OptionError if there is no value. */
export function sampleOf(values: readonly number[]): Sample {
  const count = inRange('values.length', values.length, { min: 1 });
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, squaredError: squares / (count - 1) / count, count };
}

/**
 * The mean of normal values and its confidence interval (Student), unbounded for one value.
 *
 * @param level in (0, 1); 0.95 by default.
 * @throws OptionError if there is no value, or the level is out of its range.
 */
export function interval(values: readonly number[], level: number = CONFIDENCE): Interval {
  inRange('level', level, { above: 0, below: 1 });
  const { mean, squaredError, count } = sampleOf(values);
  if (count === 1) return { mean, low: -Infinity, high: Infinity };
  const half = studentFactor(level, count - 1) * Math.sqrt(squaredError);
  return { mean, low: mean - half, high: mean + half };
}

/**
 * The ratio of two independent means and its confidence interval (Fieller 1954): those r for which `numerator - r denominator` does not
 * differ from 0 significantly,
 *
 *     (n - r d)^2 <= t^2 (s_n^2 + r^2 s_d^2),
 *
 * by Student's t with the degrees of freedom of Welch and Satterthwaite at the estimate. Unbounded where the denominator does not differ
 * from 0 significantly, or one of the means is of a single value.
 *
 * @param level in (0, 1); 0.95 by default.
 * @throws OptionError if there is no numerator or no denominator.
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
