import type { Interval } from './confidence.js';

/** A ratio that would be 1 at every learning rate if nothing changed with it. */
export interface RatioPoint {
  readonly learningRate: number;
  readonly ratio: Interval;
}

/** Where a ratio leaves 1. */
export interface DeviationOnset {
  /** How far from 1 counts as having left. */
  readonly tolerance: number;
  /** The learning rate at which the ratio is that far from 1; infinite if it never is. */
  readonly learningRate: number;
  /** Where it may be that far already: from here on the interval reaches beyond the tolerance. */
  readonly low: number;
  /** Where it surely is: from here on the whole interval lies beyond. Infinite if it never does. */
  readonly high: number;
  /**
   * The smallest learning rate tried from which on every interval excludes 1; infinite if there is none. More runs see a smaller
   * deviation, so that this one moves as they come; the others do not.
   */
  readonly detected: number;
}

/**
 * Finds the learning rate at which a ratio has left 1 by more than a tolerance, and how sure that is: the curve through the estimates
 * and the two through the intervals' ends, straight between neighbouring learning rates, each have such a place.
 *
 * @param points by rising learning rate; at the first the ratio is 1, without error.
 */
export function deviationOnset(points: readonly RatioPoint[], tolerance: number): DeviationOnset {
  const beyond = points.map(({ ratio: { low, high } }) => low > 1 || high < 1);
  const stays = beyond.lastIndexOf(false);
  return {
    tolerance,
    learningRate: crossing(points, tolerance, ({ mean }) => Math.abs(mean - 1)),
    low: crossing(points, tolerance, ({ low, high }) => Math.max(high - 1, 1 - low)),
    high: crossing(points, tolerance, ({ low, high }) => Math.max(low - 1, 1 - high)),
    detected: points[stays + 1]?.learningRate ?? Infinity,
  };
}

/** The first learning rate at which a distance reaches the tolerance. */
function crossing(points: readonly RatioPoint[], tolerance: number, distance: (ratio: Interval) => number): number {
  const place = points.findIndex(({ ratio }) => distance(ratio) >= tolerance);
  const [before, after] = [points[place - 1], points[place]];
  if (!after) return Infinity;
  if (!before) return after.learningRate;
  const [from, to] = [distance(before.ratio), distance(after.ratio)];
  // An interval without bounds tells nothing of where between the two; it may be at once.
  const part = Number.isFinite(to) && Number.isFinite(from) ? (tolerance - from) / (to - from) : 0;
  return before.learningRate + part * (after.learningRate - before.learningRate);
}
