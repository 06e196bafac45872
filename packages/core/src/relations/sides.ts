/** Two sides of a relation. */
export interface Sides {
  readonly left: number;
  readonly right: number;
  /** `left - right`, relative to the sum of the absolute values of all terms. */
  readonly defect: number;
}

/** The sums of the terms on either side. */
export function sidesOf(left: readonly number[], right: readonly number[]): Sides {
  const sum = (terms: readonly number[]): number => terms.reduce((total, term) => total + term, 0);
  const difference = sum(left) - sum(right);
  return { left: sum(left), right: sum(right), defect: difference / sum([...left, ...right].map(Math.abs)) };
}
