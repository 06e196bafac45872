import { studentFactor } from '../confidence.js';
import type { DriftGap } from './drift-gap.js';

/** alpha spent by look k = 1, 2, ... and those before it: `alpha k / (k + 1)`, so that look k has `alpha / (k (k + 1))`, and all together alpha. */
export const spentBy = (look: number, significance: number): number => (significance * look) / (look + 1);

/**
 * The bound `|gap| + t error` that look k compares with delta: two one-sided tests (Schuirmann 1987) at level `alpha_k = alpha / (k (k + 1))`, t Student's quantile
 * of 1 - alpha_k; with the smaller of both errors' `t error`.
 *
 * @returns Infinity where nothing is known.
 */
export function gapBound(gap: DriftGap | undefined, look: number, significance: number): number {
  if (!gap) return Infinity;
  const level = spentBy(look, significance) - spentBy(look - 1, significance);
  // Two-sided at 1 - 2 level is one-sided at 1 - level.
  const margin = (error: number, degrees: number) =>
    degrees >= 1 ? studentFactor(1 - 2 * level, degrees) * error : Infinity;
  return Math.abs(gap.gap) + Math.min(margin(gap.error, gap.degrees), margin(gap.walkError, gap.walkDegrees));
}
