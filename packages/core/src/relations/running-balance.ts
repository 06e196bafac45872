import { zip } from '../zip.js';
import { halfRunningAverage, type HalfRunningAverageState } from './half-running-average.js';
import { columnOf, measuredBalance, type MeasuredBalance } from './measured-balance.js';

/** The half-running averages of a {@link RunningBalance} by column, as plain JSON. */
export type RunningBalanceState = Readonly<
  Record<string, { readonly state: HalfRunningAverageState; readonly prefixes: readonly number[] }>
>;

/** Half-running averages of both sides of (FDR1') over steps at one learning rate; read at any step. */
export interface RunningBalance {
  /**
   * Takes the next step.
   *
   * @param oL O_L of each parameter tensor
   * @param oR O_R of each parameter tensor
   * @throws Error if there are not as many as tensors
   */
  push(oL: ArrayLike<number>, oR: ArrayLike<number>): void;
  /** The averages now; NaN before the first step. */
  now(): MeasuredBalance;
  /** As many numbers a column as half the steps taken. */
  state(): RunningBalanceState;
}

/** Totals are summed in double precision and rounded to float32, as a training records them. */
function total(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index] ?? NaN;
  return Math.fround(sum);
}

/**
 * A running balance, empty or continued.
 *
 * @param tensors names of the parameter tensors
 * @param saved the state of one of the same tensors
 * @throws Error if a column is missing in the saved state
 */
export function runningBalance(tensors: readonly string[], saved?: RunningBalanceState): RunningBalance {
  const names = ['oL', 'oR', ...tensors.flatMap((tensor) => [columnOf('oL', tensor), columnOf('oR', tensor)])];
  const averages = new Map(
    names.map((name) => {
      const own = saved?.[name];
      if (saved && !own) throw new Error(`the saved averages lack ${name}; found ${Object.keys(saved).join(', ')}`);
      const restored = own && { state: own.state, prefixes: Float64Array.from(own.prefixes) };
      return [name, halfRunningAverage({ first: 1, every: 1 }, restored)];
    }),
  );
  const columns = [...averages.values()];
  return {
    push: (oL, oR) => {
      const row = [total(oL), total(oR), ...zip(Array.from(oL), Array.from(oR)).flat()];
      for (const [average, value] of zip(columns, row)) average.push(value);
    },
    now: () =>
      measuredBalance(tensors, (name) => {
        const average = averages.get(name);
        if (!average) throw new Error(`no average is kept of "${name}"`);
        return average;
      }),
    state: () =>
      Object.fromEntries(
        [...averages].map(([name, average]) => [name, { state: average.state(), prefixes: [...average.prefixes()] }]),
      ),
  };
}
