import type { Verdict } from '@fdr/records';
import type { Interval } from './confidence.js';
import { inEquilibrium, ratioOf } from './equilibrium-rule.js';
import type { MeasuredBalance } from './measured-balance.js';
import { verdictOf } from './verdict.js';
import { CERTAIN } from './within-noise.js';

/** How (FDR1') stands in a training under way. */
export interface RunningRelation extends MeasuredBalance {
  /** O_L / O_R. */
  readonly ratio: number;
  /** The ratio, 2 standard errors to each side (`ratioScatter`); unbounded where the error is not known yet. */
  readonly interval: Interval;
  /** The rule of section 3.3, `|O_L / O_R - 1| < X`, which knows no uncertainty. */
  readonly inEquilibrium: boolean;
  /** Whether the ratio is within X of 1: `undecided` where the interval is partly inside. */
  readonly verdict: Verdict;
}

/**
 * Judges the two sides.
 *
 * @param threshold X, in (0, 1).
 * @example runningRelation(balance, 0.01).verdict // 'undecided' for a ratio of 1.004 with a standard error of 0.01
 */
export function runningRelation(balance: MeasuredBalance, threshold: number): RunningRelation {
  const ratio = ratioOf(balance);
  const error = balance.scatter.total ?? Infinity;
  const interval = { mean: ratio, low: ratio - CERTAIN * error, high: ratio + CERTAIN * error };
  return {
    ...balance,
    ratio,
    interval,
    inEquilibrium: inEquilibrium(balance, threshold),
    verdict: verdictOf(interval, { low: 1 - threshold, high: 1 + threshold }),
  };
}
