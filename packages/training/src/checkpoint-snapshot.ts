import { basename } from 'node:path';
import type { Snapshot, SnapshotTensor } from '@fdr/core';
import type { Readings } from '@fdr/core/relations';
import type { Run, SnapshotState } from '@fdr/records';
import {
  isFiniteEverywhere,
  readCheckedCheckpoint,
  RunFolderError,
  tensorsChecksum,
  type CheckpointFile,
  type CheckpointHeader,
  type RecordCounts,
  type StoredCheckpoint,
  type StoredTensor,
} from '@fdr/run-store';
import { averageName, checkedReadings, checkedState, stepsTaken } from './checkpoint-header.js';
import { prefixesFromRows, type RowReader } from './row-averages.js';

/** A training as a checkpoint holds it, and how many records the run's files held then. */
export interface CheckpointSnapshot {
  readonly step: number;
  readonly snapshot: Snapshot;
  readonly records: RecordCounts;
  /** The rows of `steps.f32` from this one to the step's are those that were recorded. */
  readonly rowsFrom: number;
}

/**
 * Reads a checkpoint from which a run is to go on. Its checksum tells damage from what was written, and nothing of who wrote it: every
 * field is checked. Prefix sums that it does not hold are taken again from the run's rows. Whether the snapshot is one of this training,
 * `train()` says.
 *
 * @throws RunFolderError naming the file, the field, what is expected and what was found
 */
export async function readSnapshot({ step, path }: CheckpointFile, reader: RowReader): Promise<CheckpointSnapshot> {
  const { run } = reader;
  const stored = await readCheckedCheckpoint(path, run.parameters, (header) => checkedHeader(header, step, run));
  const { state, records } = stored.state;
  try {
    if (!isFiniteEverywhere(stored.tensors)) throw new RunFolderError('it holds numbers that are not finite');
    const { tensors, rowsFrom } = await withAverages(stored, reader);
    return { step, snapshot: { tensors, state }, records, rowsFrom };
  } catch (error) {
    if (!(error instanceof RunFolderError)) throw error;
    throw new RunFolderError(`checkpoint ${basename(path)}: ${error.message}`, { cause: error });
  }
}

/** What a checkpoint's header tells of a training, checked. */
interface CheckedHeader {
  readonly state: SnapshotState;
  readonly records: RecordCounts;
  readonly readings: ReadonlyMap<string, Readings>;
}

function checkedHeader(header: CheckpointHeader, step: number, run: Run): CheckedHeader {
  const { records } = header;
  if (!records) throw new RunFolderError('it does not say how many records stood before it');
  const state = checkedState(header, run.parameters);
  const { identity, progress } = state;
  if (progress.step !== step) throw new RunFolderError(`it is of step ${progress.step}, expected ${step}`);
  if (identity.stepsPerEpoch !== run.stepsPerEpoch)
    throw new RunFolderError(`its epochs have ${identity.stepsPerEpoch} steps, expected ${run.stepsPerEpoch}`);
  if (progress.epoch > run.config.epochs)
    throw new RunFolderError(`it is of epoch ${progress.epoch}, expected at most ${run.config.epochs}`);
  return { state, records, readings: checkedReadings(state, header, run) };
}

/** The tensors of a checkpoint with the prefix sums of its averages, and the row from which on the run's rows tell these. */
async function withAverages(
  { tensors: stored, leftOut, state: { state, readings } }: StoredCheckpoint<CheckedHeader>,
  reader: RowReader,
): Promise<{ readonly tensors: Snapshot['tensors']; readonly rowsFrom: number }> {
  const { step } = state.progress;
  const rowsFrom = step - stepsTaken(state);
  const tensors = Object.fromEntries(Object.entries(stored).map(([name, tensor]) => [name, snapshotTensor(tensor)]));
  if (leftOut !== undefined) {
    const prefixes = await prefixesFromRows(reader, state, readings, leftOut);
    return { tensors: { ...tensors, ...prefixes }, rowsFrom };
  }
  const saved = Object.fromEntries(Object.entries(stored).filter(([name]) => name.startsWith(averageName(''))));
  try {
    await prefixesFromRows(reader, state, readings, tensorsChecksum(saved));
    return { tensors, rowsFrom };
  } catch (error) {
    if (!(error instanceof RunFolderError)) throw error;
    return { tensors, rowsFrom: step };
  }
}

function snapshotTensor({ shape, values }: StoredTensor): SnapshotTensor {
  if (values instanceof Float32Array || values instanceof Float64Array) return { shape, values };
  throw new Error(`the header has let ${values.constructor.name} pass`);
}
