import type { Interval } from './confidence.js';

/** A ratio that would be 1 at every learning rate if nothing depended on it. */
interface RatioPoint {
  readonly learningRate: number;
  readonly ratio: Interval;
}

/** The learning rate at which a ratio leaves 1. */
export interface DeviationOnset {
  /** The distance from 1 that counts as having left. */
  readonly tolerance: number;
  /** The learning rate at which the ratio is that far from 1; infinite if it never is. */
  readonly learningRate: number;
  /** Lower bound: from here on the interval reaches beyond the tolerance. */
  readonly low: number;
  /** Upper bound: from here on the whole interval lies beyond the tolerance. Infinite if it never does. */
  readonly high: number;
  /**
   * The smallest learning rate tried from which on every interval excludes 1; infinite if there is none. More runs detect a smaller
   * deviation, so that it depends on their number; the other three do not.
   */
  readonly detected: number;
}

/**
 * The learning rate at which a ratio has left 1 by more than a tolerance, with bounds: where the curve through the estimates, and the two
 * through the intervals' ends, cross the tolerance. The curves are straight between neighbouring learning rates.
 *
 * @param points by rising learning rate; at the first the ratio is 1, without error.
 * @param tolerance above 0.
 */
export function deviationOnset(points: readonly RatioPoint[], tolerance: number): DeviationOnset {
  const beyond = points.map(({ ratio: { low, high } }) => low > 1 || high < 1);
  const lastInside = beyond.lastIndexOf(false);
  return {
    tolerance,
    learningRate: crossing(points, tolerance, ({ mean }) => Math.abs(mean - 1)),
    low: crossing(points, tolerance, ({ low, high }) => Math.max(high - 1, 1 - low)),
    high: crossing(points, tolerance, ({ low, high }) => Math.max(low - 1, 1 - high)),
    detected: points[lastInside + 1]?.learningRate ?? Infinity,
  };
}

/** The first learning rate at which a distance reaches the tolerance. */
function crossing(points: readonly RatioPoint[], tolerance: number, distance: (ratio: Interval) => number): number {
  const index = points.findIndex(({ ratio }) => distance(ratio) >= tolerance);
  const [before, after] = [points[index - 1], points[index]];
  if (!after) return Infinity;
  if (!before) return after.learningRate;
  const [from, to] = [distance(before.ratio), distance(after.ratio)];
  // With an unbounded interval the crossing may be anywhere between the two: the lower end is the bound.
  const part = Number.isFinite(to) && Number.isFinite(from) ? (tolerance - from) / (to - from) : 0;
  return before.learningRate + part * (after.learningRate - before.learningRate);
}
