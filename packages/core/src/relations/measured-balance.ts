import type { LayerBalance } from '@fdr/records';
import { ratioOf, type Balance } from './equilibrium-rule.js';
import type { HalfRunningAverage } from './half-running-average.js';
import { scatterOfAverages, type RatioScatter } from './ratio-scatter.js';

/** Both sides of (FDR1') since the learning rate last changed, in total and of each parameter tensor, and how much their ratios scatter. */
export interface MeasuredBalance extends Balance {
  readonly layers: Readonly<Record<string, LayerBalance>>;
  readonly scatter: RatioScatter;
}

/** The column of one tensor: `oL/dense1.kernel`. */
export const columnOf = (observable: string, tensor: string): string => `${observable}/${tensor}`;

/**
 * Reads both sides off their half-running averages.
 *
 * @param tensors names of the parameter tensors
 * @param average of a column: `oL`, `oR`, and those of {@link columnOf}
 */
export function measuredBalance(
  tensors: readonly string[],
  average: (column: string) => HalfRunningAverage,
): MeasuredBalance {
  const [left, right] = [average('oL'), average('oR')];
  const layers = tensors.map((tensor) => {
    const [oL, oR] = [average(columnOf('oL', tensor)), average(columnOf('oR', tensor))];
    const sides = { oLHalf: oL.value(), oRHalf: oR.value() };
    return { tensor, balance: { ...sides, ratio: ratioOf(sides) }, scatter: scatterOfAverages(oL, oR) };
  });
  return {
    oLHalf: left.value(),
    oRHalf: right.value(),
    stepsUsed: left.window(),
    layers: Object.fromEntries(layers.map(({ tensor, balance }) => [tensor, balance])),
    scatter: {
      total: scatterOfAverages(left, right),
      layers: Object.fromEntries(layers.map(({ tensor, scatter }) => [tensor, scatter])),
    },
  };
}
