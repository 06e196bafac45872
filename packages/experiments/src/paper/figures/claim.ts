import type { Verdict } from '@fdr/records';

/**
 * The verdict on a claim.
 *
 * @param held whether the claim's test was passed; undefined if the measurement cannot decide it
 */
export function verdictOf(held: boolean | undefined): Verdict {
  if (held === undefined) return 'undecided';
  return held ? 'holds' : 'does not hold';
}
