/** The two sides of (FDR1') as half-running averages (15). */
export interface TwoSides {
  readonly oLHalf: number;
  readonly oRHalf: number;
}

/** The two sides, and how many steps each is a mean of. */
export interface Balance extends TwoSides {
  readonly stepsUsed: number;
}

/** A mean of fewer steps says nothing about a stationary state: one single step always is its own mean. */
const LEAST_STEPS = 2;

/** `O_L / O_R`, 1 in the stationary state. */
export const ratioOf = ({ oLHalf, oRHalf }: TwoSides): number => oLHalf / oRHalf;

/**
 * The rule of section 3.3: `|O_L / O_R - 1| < X`.
 *
 * It says that `|theta|^2` has stopped drifting, which is necessary for a stationary state, not sufficient. What is not
 * defined is never equilibrium: a side that is NaN or infinite, a right side (a mean of squares) that is not positive, a
 * mean of fewer than two steps.
 *
 * @param threshold X, in (0, 1).
 */
export function inEquilibrium(balance: Balance, threshold: number): boolean {
  const { oLHalf, oRHalf, stepsUsed } = balance;
  if (!(stepsUsed >= LEAST_STEPS) || !Number.isFinite(oLHalf) || !Number.isFinite(oRHalf) || !(oRHalf > 0))
    return false;
  return Math.abs(ratioOf(balance) - 1) < threshold;
}

/**
 * The rule on what an epoch's record holds, which tells of averages over an epoch at least.
 *
 * @param threshold X, in (0, 1).
 */
export const isBalanced = (epoch: TwoSides, threshold: number): boolean =>
  inEquilibrium({ ...epoch, stepsUsed: LEAST_STEPS }, threshold);

/**
 * The balance furthest from one, and whose it is: when this one is in equilibrium, all are, since (9) and (28) hold
 * component by component. A balance that is not defined is further away than any other.
 *
 * @returns undefined where there are no balances.
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
