import { CONFIDENCE, studentFactor, type Interval } from './confidence.js';

/** Sums over some steps in a row. */
export interface StepSums {
  readonly steps: number;
  /** Sum of O_L. */
  readonly left: number;
  /** Sum of O_R. */
  readonly right: number;
}

/**
 * The confidence interval of a run's O_L / O_R over a window of n steps, from the run alone.
 *
 * The running sum `P_t = sum (O_L - O_R)` is the drift of |theta|^2 over -2 eta, with momentum of the quadratic form whose stationarity is
 * (FDR1'). In equilibrium it is a mean-reverting series, so that `<O_L> - <O_R> = (P_n - P_0) / n` has the error `sqrt(2) sd(P) / n`. With
 * correlations exp(-t / tau) the mean of P is that of `N = n / (2 tau)` independent values, whence `sd(P)^2 = N / (N - 1) <(P - <P>)^2>`, and its
 * variance, where the squares of the correlations count, has `2 N - 1` degrees of freedom: those of Student's t.
 *
 * @param ratio O_L / O_R over the window
 * @param sums the window's steps in order, in pieces that are short beside tau
 * @param relaxation tau in steps, above 0; {@link relaxationSteps} gives the longest time that weight decay allows
 * @param level in (0, 1); 0.95 by default.
 * @returns the interval; unbounded for a window of 2 tau or less, or where a sum is not finite
 */
export function windowRatio(
  ratio: number,
  sums: readonly StepSums[],
  relaxation: number,
  level: number = CONFIDENCE,
): Interval {
  const drift = [0];
  let steps = 0;
  let right = 0;
  for (const sum of sums) {
    drift.push((drift.at(-1) ?? 0) + sum.left - sum.right);
    steps += sum.steps;
    right += sum.right;
  }
  const independent = steps / (2 * relaxation);
  const mean = drift.reduce((total, value) => total + value, 0) / drift.length;
  const square = drift.reduce((total, value) => total + (value - mean) ** 2, 0) / drift.length;
  const variance = (square * independent) / (independent - 1);
  const half =
    independent > 1
      ? (studentFactor(level, 2 * independent - 1) * Math.sqrt(2 * variance)) / Math.abs(right)
      : Infinity;
  if (!Number.isFinite(half)) return { mean: ratio, low: -Infinity, high: Infinity };
  return { mean: ratio, low: ratio - half, high: ratio + half };
}
