import { basename } from 'node:path';
import type { Snapshot, SnapshotTensor } from '@fdr/core';
import { snapshotState, type Run } from '@fdr/records';
import {
  describeIssue,
  isFiniteEverywhere,
  readCheckpoint,
  RunFolderError,
  type CheckpointFile,
  type RecordCounts,
  type StoredTensor,
} from '@fdr/run-store';

/** A training as a checkpoint holds it, and how many records the run's files held then. */
export interface CheckpointSnapshot {
  readonly step: number;
  readonly snapshot: Snapshot;
  readonly records: RecordCounts;
}

/**
 * Reads a checkpoint from which a run is to go on. Its checksum tells damage from what was written, and nothing of who wrote it: every
 * field is checked. Whether the snapshot is one of this training, `train()` says.
 *
 * @throws RunFolderError naming the file, the field, what is expected and what was found
 */
export async function readSnapshot(
  { step, path }: CheckpointFile,
  { config, parameters, stepsPerEpoch }: Pick<Run, 'config' | 'parameters' | 'stepsPerEpoch'>,
): Promise<CheckpointSnapshot> {
  const { records, ...stored } = await readCheckpoint(path, parameters);
  const fail = (message: string): never => {
    throw new RunFolderError(`checkpoint ${basename(path)}: ${message}`);
  };
  if (!records) return fail('it does not say how many records stood before it');
  const parsed = snapshotState.safeParse(stored.state);
  if (!parsed.success) return fail(describeIssue(parsed.error, stored.state));
  const state: Snapshot['state'] = parsed.data;
  const { identity, progress } = state;
  if (progress.step !== step) fail(`it is of step ${progress.step}, expected ${step}`);
  if (identity.stepsPerEpoch !== stepsPerEpoch)
    fail(`its epochs have ${identity.stepsPerEpoch} steps, expected ${stepsPerEpoch}`);
  if (progress.epoch > config.epochs) fail(`it is of epoch ${progress.epoch}, expected at most ${config.epochs}`);
  const tensors = Object.entries(stored.tensors).map(([name, tensor]): [string, SnapshotTensor] => [
    name,
    asSnapshotTensor(tensor) ??
      fail(`${name} is ${tensor.values.constructor.name}, expected Float32Array or Float64Array`),
  ]);
  if (!isFiniteEverywhere(stored.tensors)) fail('it holds numbers that are not finite');
  return { step, snapshot: { tensors: Object.fromEntries(tensors), state }, records };
}

function asSnapshotTensor({ shape, values }: StoredTensor): SnapshotTensor | undefined {
  return values instanceof Float32Array || values instanceof Float64Array ? { shape, values } : undefined;
}
