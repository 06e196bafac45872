import {
  halfRunningAverage,
  keptPrefixes,
  type HalfRunningAverageState,
  type Readings,
} from './half-running-average.js';

/** A half-running average as a snapshot holds it. */
export interface SavedAverage {
  readonly state: HalfRunningAverageState;
  readonly prefixes: Float64Array;
}

/** The state of every half-running average, by column. */
export type SavedAverages = Readonly<Record<string, SavedAverage>>;

/** A column of the rows, and whether its half-running average is a column too: `lossHalf` beside `loss`. */
export interface AveragedColumn {
  readonly name: string;
  readonly half: boolean;
}

/** The columns that are no averages themselves. @param names of all columns, as `run.json` lists them */
export function averagedColumns(names: readonly string[]): AveragedColumn[] {
  const halves = new Set(names.map((name) => `${name}Half`));
  return names.filter((name) => !halves.has(name)).map((name) => ({ name, half: names.includes(`${name}Half`) }));
}

/** Steps done of the epoch in which averages began that have taken `taken` values by now. */
export const beginningOf = (taken: number, stepInEpoch: number, stepsPerEpoch: number): number =>
  (((stepInEpoch - taken) % stepsPerEpoch) + stepsPerEpoch) % stepsPerEpoch;

/** Most readings an epoch of an average that is no column. */
const READINGS_PER_EPOCH = 16;

/** Steps between two readings: the fewest that fit into an epoch without a rest and no more than so many times. */
function readingInterval(stepsPerEpoch: number): number {
  let readings = Math.min(READINGS_PER_EPOCH, stepsPerEpoch);
  while (stepsPerEpoch % readings !== 0) readings--;
  return stepsPerEpoch / readings;
}

/**
 * When the average of each column is read: at each step where it is a column too, else at epochs' ends. For these it keeps up to 16 numbers
 * an epoch instead of one a step, which show how much it scatters (`ratioScatter`).
 *
 * @param beginning steps done of the epoch in which the averages began
 */
export function readingsOf(
  columns: readonly AveragedColumn[],
  stepsPerEpoch: number,
  beginning: number,
): ReadonlyMap<string, Readings> {
  const every = readingInterval(stepsPerEpoch);
  const first = every - (beginning % every);
  return new Map(columns.map(({ name, half }) => [name, half ? { first: 1, every: 1 } : { first, every }]));
}

/**
 * What is wrong with a saved average, in words; undefined if nothing is.
 *
 * @param length how many prefix sums were saved with it
 */
export function averageFault(
  name: string,
  readings: Readings,
  state: HalfRunningAverageState | undefined,
  length: number,
): string | undefined {
  if (!state) return `lacks the average of ${name}`;
  const kept = keptPrefixes(readings, state.steps);
  const expected = [readings.first, readings.every, kept.firstKept, kept.length].join(', ');
  const found = [state.first, state.every, state.firstKept, length].join(', ');
  if (found === expected) return undefined;
  return `has an average of ${name} whose first, every, firstKept and sums are ${found}, expected ${expected} at step ${state.steps}`;
}

/** Half-running averages of the columns of rows. */
export interface RowAverages {
  /** Takes whole rows, which follow those before. */
  add(rows: Float32Array): void;
  save(): SavedAverages;
}

/**
 * Half-running averages that are taken from recorded rows: bit for bit those of the training that recorded them.
 *
 * @param columns names of all numbers of a row, in order
 * @param readings by the columns to be averaged
 */
export function rowAverages(columns: readonly string[], readings: ReadonlyMap<string, Readings>): RowAverages {
  const averages = [...readings].map(([name, own]) => ({
    name,
    index: columns.indexOf(name),
    average: halfRunningAverage(own),
  }));
  return {
    add: (rows) => {
      for (const { index, average } of averages)
        for (let at = index; at < rows.length; at += columns.length) average.push(rows[at] ?? NaN);
    },
    save: () =>
      Object.fromEntries(
        averages.map(({ name, average }) => [name, { state: average.state(), prefixes: average.prefixes() }]),
      ),
  };
}
