import type { Run } from '@fdr/records';
import { readSnapshot, type CheckpointSnapshot } from './checkpoint-snapshot.js';
import { recordedSchedule } from './registry/schedules.js';
import { TrainingError } from './training-error.js';
import { listCheckpoints, errorCode, locateRun, openRun, assertUnlocked, RunFolderError } from '@fdr/run-store';

/** Where an interrupted training goes on. */
export interface ResumePoint extends CheckpointSnapshot {
  /** With the number of epochs that it now has. */
  readonly run: Run;
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
  const point = await newestCheckpoint(folder, found, warn);
  if (recordedSchedule(point.snapshot).kind === 'cosine' && run.config.epochs !== found.config.epochs)
    throw new TrainingError(
      `--epochs can't be changed: the cosine schedule of run ${id} spans its ${found.config.epochs}`,
    );
  return { run, ...point };
}

async function newestCheckpoint(
  folder: string,
  run: Run,
  warn: (message: string) => void,
): Promise<CheckpointSnapshot> {
  for (const checkpoint of (await listCheckpoints(folder)).toReversed()) {
    try {
      return await readSnapshot(checkpoint, run);
    } catch (error) {
      if (!(error instanceof RunFolderError) || isUnreadable(error)) throw error;
      warn(`${error.message}; it is skipped`);
    }
  }
  throw new TrainingError(`run ${run.id} has no whole checkpoint to go on from`);
}

/** Whether the file system refused: another time it may not, and the checkpoint is as good as it was. */
const isUnreadable = ({ cause }: Error): boolean => cause instanceof Error && errorCode(cause.cause) !== undefined;
