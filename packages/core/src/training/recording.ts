import { halfRunningAverage, type HalfRunningAverage, type Readings } from '../relations/half-running-average.js';
import { columnOf, measuredBalance, type MeasuredBalance } from '../relations/measured-balance.js';
import {
  averageFault,
  beginningOf,
  readingsOf,
  type AveragedColumn,
  type SavedAverage,
  type SavedAverages,
} from '../relations/saved-averages.js';
import { isDefined, standardObservables } from '../observables/catalogue.js';
import type { Observable } from '../observables/observable.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { CallResult } from '@fdr/program';
import { SnapshotError } from './snapshot-error.js';

/** Options of {@link recording}. */
interface RecordingShape {
  /** Parameter tensors, in the order of the step's outputs. */
  readonly tensors: readonly string[];
  /** Decides which of the standard observables are defined; the columns of the others are left out, or NaN. */
  readonly optimizer: Optimizer;
  /** Observables besides the standard ones. */
  readonly observables: readonly Observable[];
  readonly stepsPerEpoch: number;
}

/** The half-running averages since the learning rate last changed. */
export interface Averages extends MeasuredBalance {
  readonly lossHalf: number;
  /** Of `v . grad f^B`; NaN without momentum. */
  readonly vDotGradientHalf: number;
  /** Of the extra observables, by their columns; undefined if there are none. */
  readonly observables?: Readonly<Record<string, number>> | undefined;
}

/** Turns a step's outputs into rows and averages. */
export interface Recording {
  /** Names of the numbers of a row, in order. */
  readonly columns: readonly string[];
  /** Rows of one call, one after another, which the averages take in. */
  rows(result: CallResult, steps: number): Float32Array;
  /** The averages at an epoch's end. */
  averages(): Averages;
  /** Begins every average anew, `stepInEpoch` steps into an epoch. */
  restart(stepInEpoch: number): void;
  save(): SavedAverages;
}

/** One number to record at each step. */
interface Column extends AveragedColumn {
  /** The step's output that it is read from. */
  readonly output: string;
  /** Index of the parameter tensor; undefined for the total over all. */
  readonly tensor: number | undefined;
  /** False where the optimizer does not define it: NaN. */
  readonly measured: boolean;
}

/** Totals first, then tensor by tensor. */
function columnsOf(observables: readonly Observable[], { tensors, optimizer }: RecordingShape): Column[] {
  const column = (observable: Observable) => ({
    output: observable.name,
    measured: isDefined(optimizer)(observable),
  });
  return [
    ...observables.map((observable) => ({
      ...column(observable),
      name: observable.name,
      tensor: undefined,
      half: observable.columns === 'balance',
    })),
    ...tensors.flatMap((tensor, index) =>
      observables
        .filter(({ columns }) => columns !== 'total')
        .map((observable) => ({
          ...column(observable),
          name: columnOf(observable.name, tensor),
          tensor: index,
          half: false,
        })),
    ),
  ];
}

/**
 * Totals over the tensors are summed in double precision and rounded to float32, as they are stored; the averages are of
 * the stored numbers, so that they can be recomputed from the rows.
 *
 * @param saved averages to continue, and the steps done of the epoch under way.
 * @throws SnapshotError where the saved averages are not those of this recording at that step.
 */
export function recording(
  shape: RecordingShape,
  saved?: { readonly averages: SavedAverages; readonly stepInEpoch: number },
): Recording {
  const { tensors, optimizer, stepsPerEpoch } = shape;
  const extra = columnsOf(shape.observables, shape);
  const recorded: readonly Column[] = [
    { name: 'loss', output: 'loss', tensor: undefined, half: true, measured: true },
    ...columnsOf(standardObservables(optimizer), shape),
    ...extra,
  ];
  const columns = recorded.flatMap(({ name, half }) => (half ? [name, `${name}Half`] : [name]));
  /** Averages that began `beginning` steps into an epoch. */
  const readings = (beginning: number) => [...readingsOf(recorded, stepsPerEpoch, beginning)];
  const begun = (beginning: number) =>
    new Map(readings(beginning).map(([name, own]) => [name, halfRunningAverage(own)]));
  const continuing = (from: SavedAverages, stepInEpoch: number) => {
    const taken = from['loss']?.state.steps ?? 0;
    // As they were when they last began, however many epochs ago.
    const own = readings(beginningOf(taken, stepInEpoch, stepsPerEpoch));
    return new Map(own.map(([name, one]) => [name, continued(name, one, from[name])]));
  };
  let averages: ReadonlyMap<string, HalfRunningAverage> = saved
    ? continuing(saved.averages, saved.stepInEpoch)
    : begun(0);

  function average(name: string): HalfRunningAverage {
    const found = averages.get(name);
    if (!found) throw new Error(`no average is kept of "${name}"`);
    return found;
  }

  return {
    columns,
    restart: (stepInEpoch) => {
      averages = begun(stepInEpoch);
    },
    rows: ({ outputs }, steps) => {
      const cells = recorded.map((column) => {
        const values = outputs[column.output];
        if (column.measured && !values) throw new Error(`the step gave no output "${column.output}"`);
        return { ...column, values, kept: average(column.name) };
      });
      const rows = new Float32Array(steps * columns.length);
      let index = 0;
      for (let step = 0; step < steps; step++)
        for (const { values, tensor, half, kept } of cells) {
          const value = Math.fround(values ? valueAt(values, step, steps, tensor) : NaN);
          kept.push(value);
          rows[index++] = value;
          if (half) rows[index++] = kept.value();
        }
      return rows;
    },
    averages: () => ({
      ...measuredBalance(tensors, average),
      lossHalf: average('loss').value(),
      vDotGradientHalf: averages.get('vDotGradient')?.value() ?? NaN,
      observables:
        extra.length === 0 ? undefined : Object.fromEntries(extra.map(({ name }) => [name, average(name).value()])),
    }),
    save: () =>
      Object.fromEntries([...averages].map(([name, one]) => [name, { state: one.state(), prefixes: one.prefixes() }])),
  };
}

/**
 * An average that continues a saved one.
 *
 * @throws SnapshotError if it was not saved, is not read when this one is, or keeps other sums than it needs.
 */
function continued(name: string, readings: Readings, saved: SavedAverage | undefined): HalfRunningAverage {
  const fault = averageFault(name, readings, saved?.state, saved?.prefixes.length ?? 0);
  if (fault !== undefined) throw new SnapshotError(`the snapshot ${fault}`);
  return halfRunningAverage(readings, saved);
}

/** One tensor's number at a step, or the sum over all: in double precision. */
function valueAt(values: Float32Array, step: number, steps: number, tensor?: number): number {
  const width = values.length / steps;
  if (tensor !== undefined) return values[step * width + tensor] ?? NaN;
  let sum = 0;
  for (let index = step * width; index < (step + 1) * width; index++) sum += values[index] ?? NaN;
  return sum;
}
