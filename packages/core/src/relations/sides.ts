/** Two sides of a relation. */
export interface Sides {
  readonly left: number;
  readonly right: number;
  /** `left - right`, as a part of the sizes of all that was added up. */
  readonly defect: number;
}

/** @param left what is added up on the left. */
export function sidesOf(left: readonly number[], right: readonly number[]): Sides {
  const sum = (terms: readonly number[], of = (term: number): number => term) =>
    terms.reduce((total, term) => total + of(term), 0);
  const difference = sum(left) - sum(right);
  return { left: sum(left), right: sum(right), defect: difference / sum([...left, ...right], Math.abs) };
}
