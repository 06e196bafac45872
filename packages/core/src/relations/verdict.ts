import type { Tolerance, Verdict } from '@fdr/records';
import type { Interval } from './confidence.js';

/**
 * The verdict on a measured value: a claim holds where the whole interval lies inside the tolerance, and does not hold where it lies wholly
 * outside.
 *
 * @param measured value and confidence interval; undecided if one of the three is missing, NaN or infinite.
 * @param tolerance the values for which the claim is true; the bounds are not among them, and may be infinite.
 * @example verdictOf({ mean: 1.002, low: 0.995, high: 1.009 }, { low: 0.99, high: 1.01 }) // 'holds'
 */
export function verdictOf(measured: Interval | undefined, tolerance: Tolerance): Verdict {
  if (!measured) return 'undecided';
  const { mean, low, high } = measured;
  if (![mean, low, high].every(Number.isFinite)) return 'undecided';
  if (tolerance.low < low && high < tolerance.high) return 'holds';
  return high <= tolerance.low || low >= tolerance.high ? 'does not hold' : 'undecided';
}

/** The verdict on a claim that several values must all pass: one that fails refutes it, one that is undecided leaves it so. */
export function jointVerdict(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('does not hold')) return 'does not hold';
  return verdicts.length > 0 && verdicts.every((each) => each === 'holds') ? 'holds' : 'undecided';
}
