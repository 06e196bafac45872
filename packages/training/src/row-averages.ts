import { isDeepStrictEqual } from 'node:util';
import type { Snapshot, SnapshotTensor } from '@fdr/core';
import { rowAverages, type Readings, type SavedAverages } from '@fdr/core/relations';
import type { SnapshotState } from '@fdr/records';
import { readStepBlocks, RunFolderError, tensorsChecksum, type Checkpoint, type RunReader } from '@fdr/run-store';
import { averageName, stepsTaken } from './checkpoint-header.js';

/** What the rows of a run are read with. */
export type RowReader = Pick<RunReader, 'run' | 'stepCount' | 'stepRows'>;

/** A snapshot as it is saved: without the prefix sums of its averages where the rows of `steps.f32` are there to tell them. */
export function toCheckpoint({ tensors, state }: Snapshot): Checkpoint {
  const averages = Object.keys(state.averages).map(averageName);
  const pick = (isWanted: (name: string) => boolean) =>
    Object.fromEntries(Object.entries(tensors).filter(([name]) => isWanted(name)));
  return {
    tensors: pick((name) => !averages.includes(name)),
    fromRows: {
      firstRow: state.progress.step - stepsTaken(state),
      tensors: pick((name) => averages.includes(name)),
    },
    state,
  };
}

/** The prefix sums of averages as a snapshot holds them. */
const prefixTensors = (averages: SavedAverages): Record<string, SnapshotTensor> =>
  Object.fromEntries(
    Object.entries(averages).map(([name, { prefixes }]) => [
      averageName(name),
      { shape: [prefixes.length], values: prefixes },
    ]),
  );

/**
 * The prefix sums of a checkpoint's averages, taken again from the rows of `steps.f32` since they began.
 *
 * @param checksum that they must have; they are the same to the last bit
 * @throws RunFolderError if these rows are not there any more, or give other averages
 */
export async function prefixesFromRows(
  reader: RowReader,
  state: SnapshotState,
  readings: ReadonlyMap<string, Readings>,
  checksum: string,
): Promise<Record<string, SnapshotTensor>> {
  const { step } = state.progress;
  const first = step - stepsTaken(state);
  const count = reader.stepCount();
  if (count < step)
    throw new RunFolderError(`its averages are of rows ${first} to ${step} of steps.f32, which has ${count}`);
  const averages = rowAverages(reader.run.stepColumns, readings);
  for await (const { rows } of readStepBlocks(reader, first, step)) averages.add(rows);
  const found = averages.save();
  const other = Object.keys(found).find((name) => !isDeepStrictEqual(found[name]?.state, state.averages[name]));
  const tensors = prefixTensors(found);
  if (other !== undefined || tensorsChecksum(tensors) !== checksum)
    throw new RunFolderError(
      `rows ${first} to ${step} of steps.f32 are not those that its ${other === undefined ? 'averages are' : `average of ${other} is`} of`,
    );
  return tensors;
}
