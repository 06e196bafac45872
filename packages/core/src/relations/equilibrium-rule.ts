/** The two sides of (FDR1') as half-running averages (15). */
export interface TwoSides {
  readonly oLHalf: number;
  readonly oRHalf: number;
}

/** The two sides, and the number of steps that each is a mean of. */
export interface Balance extends TwoSides {
  readonly stepsUsed: number;
}

/** A mean of one step is the step itself, and no evidence of a stationary state. */
const LEAST_STEPS = 2;

/** `O_L / O_R`, 1 in the stationary state. */
export const ratioOf = ({ oLHalf, oRHalf }: TwoSides): number => oLHalf / oRHalf;

/**
 * The rule of section 3.3: `|O_L / O_R - 1| < X`.
 *
 * It holds when `|theta|^2` has stopped drifting, which is necessary for a stationary state, not sufficient. It never holds
 * where a side is NaN or infinite, the right side (a mean of squares) is not positive, or the mean is of fewer than two steps.
 *
 * @param threshold X, in (0, 1).
 * @returns true where the rule holds.
 */
export const inEquilibrium = (balance: Balance, threshold: number): boolean =>
  balance.stepsUsed >= LEAST_STEPS && isBalanced(balance, threshold);

/**
 * `|O_L / O_R - 1| < X` of finished averages, as an epoch's record contains them; see {@link inEquilibrium}.
 *
 * @param threshold X, in (0, 1).
 */
export function isBalanced(sides: TwoSides, threshold: number): boolean {
  const { oLHalf, oRHalf } = sides;
  return Number.isFinite(oLHalf) && Number.isFinite(oRHalf) && oRHalf > 0 && Math.abs(ratioOf(sides) - 1) < threshold;
}

/**
 * The balance whose ratio is furthest from one. When it is in equilibrium, all are, since (9) and (28) hold
 * component by component. An undefined balance is further away than any other.
 *
 * @returns its name and its sides; undefined where there are no balances.
 */
export function slowest<Each extends TwoSides>(
  balances: Readonly<Record<string, Each>>,
): { readonly name: string; readonly sides: Each } | undefined {
  const distance = (sides: TwoSides): number => {
    const ratio = ratioOf(sides);
    return Number.isFinite(ratio) && sides.oRHalf > 0 ? Math.abs(ratio - 1) : Infinity;
  };
  return Object.entries(balances)
    .map(([name, sides]) => ({ name, sides }))
    .reduce<{ name: string; sides: Each } | undefined>(
      (furthest, each) => (furthest && distance(furthest.sides) >= distance(each.sides) ? furthest : each),
      undefined,
    );
}
