import type { EpochRecord, Verdict } from '@fdr/records';
import type { Interval } from './confidence.js';
import { verdictOf } from './verdict.js';

/** Standard errors on either side of a ratio: an interval of 95 %. */
const ERRORS = 2;

/** What a ratio O_L / O_R is judged by. */
type RatioSides = Pick<EpochRecord, 'oLHalf' | 'oRHalf' | 'scatter'>;

/** The ratio O_L / O_R of one window, and whether it is within 1 ± X. */
export interface MeasuredRatio {
  readonly ratio: number;
  /** Half the width of its interval: 2 standard errors; undefined where the window does not tell. */
  readonly error: number | undefined;
  /** Whether the whole interval is within 1 ± X, wholly outside, or neither. */
  readonly verdict: Verdict;
}

/** The interval of a ratio: unbounded where its error is not known. */
const intervalOf = (ratio: number, error = Infinity): Interval => ({
  mean: ratio,
  low: ratio - error,
  high: ratio + error,
});

/**
 * Judges a ratio with its interval of `2 scatter` on either side. It is undecided where a side is not finite, or the right side, a mean of
 * squares, is not positive.
 *
 * @param threshold X, in (0, 1).
 * @example measuredRatio({ oLHalf: 1.004, oRHalf: 1, scatter: 0.002 }, 0.01).verdict // 'holds'
 */
export function measuredRatio({ oLHalf, oRHalf, scatter }: RatioSides, threshold: number): MeasuredRatio {
  const ratio = oRHalf > 0 ? oLHalf / oRHalf : NaN;
  const error = scatter === undefined || !Number.isFinite(scatter) ? undefined : ERRORS * scatter;
  const tolerance = { low: 1 - threshold, high: 1 + threshold };
  return { ratio, error, verdict: verdictOf(intervalOf(ratio, error), tolerance) };
}

/**
 * A ratio and its error, to the error's second digit if that begins with 1, and to its first otherwise.
 *
 * @example formatRatio({ ratio: 1.00412, error: 0.0062 }) // '1.004 ± 0.006'
 */
export function formatRatio({ ratio, error }: Pick<MeasuredRatio, 'ratio' | 'error'>): string {
  if (!Number.isFinite(ratio)) return 'not a number';
  if (error === undefined || !(error > 0)) return `${Number(ratio.toPrecision(4))} (its scatter is not known)`;
  const power = Math.floor(Math.log10(error));
  const digits = error / 10 ** power < 2 ? 1 - power : -power;
  const decimals = Math.min(Math.max(digits, 0), 20);
  return `${ratio.toFixed(decimals)} ± ${error.toFixed(decimals)}`;
}
