import { compareRules } from '@fdr/core/relations';
import type { EpochRecord, EventRecord, Run } from '@fdr/records';

/** When each rule fired first over one run, in epochs; undefined where it did not, NaN where it can't be told. */
export type Firings = ReadonlyMap<string, number | undefined>;

/** Applies every rule to a run. @param rows of all its steps, in pieces. */
export async function firstFirings(
  run: Pick<Run, 'config' | 'parameters' | 'stepColumns' | 'stepsPerEpoch'>,
  records: { readonly epochs: readonly EpochRecord[]; readonly events: readonly EventRecord[] },
  rows: AsyncIterable<Float32Array> | Iterable<Float32Array>,
): Promise<Firings> {
  const comparison = compareRules(run, records);
  for await (const piece of rows) comparison.take(piece);
  return new Map(
    comparison.rules.map(({ name, firings: [first], unknown }) => [name, unknown === undefined ? first?.epoch : NaN]),
  );
}

/** How a rule did over some runs. */
export interface Score {
  readonly runs: number;
  /** Runs in which it fired too early. */
  readonly early: number;
  /** Runs in which it never fired. */
  readonly never: number;
  /** Median over the other runs of the epoch in which it fired; NaN where there are none. */
  readonly epoch: number;
}

/** A firing is too early while more than this part of the noise ball's height lies between the training and its stationary state. */
const TOLERANCE = 0.1;

/** The first epoch from which on the distance from stationarity stays within the tolerance. @param distances at epochs' ends 0, 1, ... */
export const arrivalOf = (distances: readonly number[]): number =>
  distances.findLastIndex((distance) => Math.abs(distance) > TOLERANCE) + 1;

/** Judges first firings by a distance that no rule knows. */
export function scoreOf(firings: readonly (number | undefined)[], arrival: number): Score {
  const fired = firings.filter((epoch) => epoch !== undefined);
  const right = fired.filter((epoch) => epoch >= arrival).sort((left, other) => left - other);
  return {
    runs: firings.length,
    early: fired.length - right.length,
    never: firings.length - fired.length,
    epoch: right[Math.floor(right.length / 2)] ?? NaN,
  };
}
