/** Whether what was measured bears a claim out; `undecided` where nothing could be measured. */
export type Verdict = 'holds' | 'does not hold' | 'undecided';

/** One claim of the paper, and what was measured of it here. */
export interface Claim {
  readonly statement: string;
  /** Where the paper makes it. */
  readonly place: string;
  /** What has to be measured for the claim to hold. */
  readonly test: string;
  readonly measured: string;
  readonly verdict: Verdict;
}

/** @param held undefined, or numbers that are NaN, decide nothing */
export const verdictOf = (held: boolean | undefined): Verdict =>
  held === undefined ? 'undecided' : held ? 'holds' : 'does not hold';
