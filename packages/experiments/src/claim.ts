import type { Verdict } from '@fdr/records';

/** @param held undefined, or numbers that are NaN, decide nothing */
export const verdictOf = (held: boolean | undefined): Verdict =>
  held === undefined ? 'undecided' : held ? 'holds' : 'does not hold';
