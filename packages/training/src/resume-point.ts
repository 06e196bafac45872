import type { Snapshot } from '@fdr/core';
import type { Run } from '@fdr/records';
import { recordedSchedule } from './registry/schedules.js';
import { TrainingError } from './training-error.js';
import {
  listCheckpoints,
  errorCode,
  locateRun,
  openRun,
  readCheckpoint,
  assertUnlocked,
  RunFolderError,
  type RecordCounts,
} from '@fdr/run-store';

/** Where an interrupted training goes on. */
export interface ResumePoint {
  /** With the number of epochs that it now has. */
  readonly run: Run;
  readonly step: number;
  readonly snapshot: Snapshot;
  readonly records: RecordCounts;
}

/** Which run is to go on, and how far. */
export interface ResumePointOptions {
  readonly runsDirectory: string;
  readonly id: string;
  /** Epochs in all, where they are to be others than before. */
  readonly epochs?: number | undefined;
  /** Gets a sentence for each checkpoint that is skipped. */
  readonly warn: (message: string) => void;
}

/**
 * The newest whole checkpoint of a run.
 *
 * @throws TrainingError if there is nothing to go on with, or from; RunFolderError where there is no such run, or a process that
 *   lives is writing it: what it saves while the data is loaded here would be cut off
 */
export async function resumePoint({ runsDirectory, id, epochs, warn }: ResumePointOptions): Promise<ResumePoint> {
  const folder = await locateRun(runsDirectory, id);
  await assertUnlocked(folder);
  const { run: found, lastEpoch } = await openRun(runsDirectory, id);
  const run = epochs === undefined ? found : { ...found, config: { ...found.config, epochs } };
  const done = lastEpoch?.epoch ?? 0;
  if (found.status === 'diverged') throw new TrainingError(`run ${id} has diverged: there is nothing to go on with`);
  if (found.status === 'finished' && run.config.epochs <= done)
    throw new TrainingError(
      `run ${id} has finished its ${done} epochs; to train it further, say how many there shall be: --epochs N`,
    );
  if (run.config.epochs < done)
    throw new TrainingError(`--epochs must be at least ${done}, which run ${id} has done, not ${run.config.epochs}`);
  const point = await newestCheckpoint(folder, run, warn);
  if (recordedSchedule(point.snapshot).kind === 'cosine' && run.config.epochs !== found.config.epochs)
    throw new TrainingError(
      `--epochs can't be changed: the cosine schedule of run ${id} spans its ${found.config.epochs}`,
    );
  return { run, ...point };
}

async function newestCheckpoint(
  folder: string,
  { id, parameters }: Run,
  warn: (message: string) => void,
): Promise<Omit<ResumePoint, 'run'>> {
  for (const { step, path } of (await listCheckpoints(folder)).toReversed()) {
    try {
      const { records, ...snapshot } = await readCheckpoint(path, parameters);
      if (!records) throw new RunFolderError('it does not say how many records stood before it');
      // What a checkpoint of ours holds is a snapshot; whether it is one of this training, the training says.
      return { step, snapshot: snapshot as Snapshot, records };
    } catch (error) {
      if (!(error instanceof RunFolderError) || isUnreadable(error)) throw error;
      warn(`${error.message}; it is skipped`);
    }
  }
  throw new TrainingError(`run ${id} has no whole checkpoint to go on from`);
}

/** Whether the file system refused: another time it may not, and the checkpoint is as good as it was. */
const isUnreadable = ({ cause }: Error): boolean => cause instanceof Error && errorCode(cause.cause) !== undefined;
