import type { Run, ScheduleKind } from '@fdr/records';
import {
  claimRun,
  errorCode,
  listCheckpoints,
  NO_RECORDS,
  openRun,
  readCommands,
  RunFolderError,
  type RollbackPoint,
  type RunClaim,
  type RunReader,
} from '@fdr/run-store';
import { readSnapshot, type CheckpointSnapshot } from './checkpoint-snapshot.js';
import { makeSchedule, recordedSchedule } from './registry/schedules.js';
import { TrainingError } from './training-error.js';
import type { ResumedTraining } from './worker-messages.js';

/** Where an interrupted training goes on. */
export interface ResumePoint extends ResumedTraining {
  /** With the number of epochs that it now has. */
  readonly run: Run;
  /** Held until the training has ended, so that no other process goes on with the run. */
  readonly claim: RunClaim;
  readonly rollback: RollbackPoint;
}

/** Schedules whose every rate depends on how long the training is. */
const SPANNING: readonly ScheduleKind[] = ['cosine', 'linear', 'wsd'];

/** Which run is to go on, from where, and how far. */
export interface ResumePointOptions {
  readonly runsDirectory: string;
  readonly id: string;
  /** Epochs in all, where they are to be others than before. */
  readonly epochs?: number | undefined;
  /** The step of a checkpoint, to go on from there whatever came after it; 0 also where there is none. By default the newest good one. */
  readonly from?: number | undefined;
  /** Gets a sentence for each checkpoint that is skipped. */
  readonly warn: (message: string) => void;
}

/**
 * The newest whole checkpoint of a run whose numbers are finite; its beginning where none was saved yet. Commands that came later are
 * carried out again, unless the run has diverged by them, or a step is given.
 *
 * @throws TrainingError if there is nothing to go on with, or from; RunFolderError where there is no such run, it can't be written, or a
 *   process that lives is writing it
 */
export async function resumePoint(options: ResumePointOptions): Promise<ResumePoint> {
  const { runsDirectory, id } = options;
  const claim = await claimRun(runsDirectory, id);
  try {
    return { claim, ...(await findPoint(claim, await openRun(runsDirectory, id), options)) };
  } catch (error) {
    await claim.release();
    throw error;
  }
}

async function findPoint(
  { folder }: RunClaim,
  reader: RunReader,
  { epochs, from, warn }: ResumePointOptions,
): Promise<Omit<ResumePoint, 'claim'>> {
  const { run: found, lastEpoch } = reader;
  const { id } = found;
  const run = epochs === undefined ? found : { ...found, config: { ...found.config, epochs } };
  const done = lastEpoch?.epoch ?? 0;
  if (from === undefined && found.status === 'finished' && run.config.epochs <= done)
    throw new TrainingError(
      `run ${id} has finished its ${done} epochs; to train it further, say how many there shall be: --epochs N`,
    );
  if (from === undefined && run.config.epochs < done)
    throw new TrainingError(`--epochs must be at least ${done}, which run ${id} has done, not ${run.config.epochs}`);
  const point = (await newestCheckpoint(folder, reader, { from, warn })) ?? BEGINNING;
  const { snapshot, step, records, rowsFrom } = point;
  const schedule = snapshot ? recordedSchedule(snapshot) : run.config.schedule;
  if (SPANNING.includes(schedule.kind) && run.config.epochs !== found.config.epochs)
    throw new TrainingError(
      `--epochs can't be changed: the ${schedule.kind} schedule of run ${id} spans its ${found.config.epochs}`,
    );
  const ended = snapshot && makeSchedule(schedule).ended?.(snapshot.state.progress.scheduleState);
  if (ended !== undefined && step < run.config.epochs * run.stepsPerEpoch)
    throw new TrainingError(
      `run ${id} has finished after ${done} epochs: ${ended}; to train it from an earlier checkpoint: --from STEP`,
    );
  const accuracies = (await reader.epochs(0, records.epochs)).map(({ testAccuracy }) => testAccuracy);
  const keepsCommands = from === undefined && found.status !== 'diverged';
  return {
    run,
    snapshot,
    rollback: { step, records, keepsCommands, rowsFrom },
    replay: keepsCommands ? (await readCommands(folder)).slice(records.commands) : [],
    bestTestAccuracy: accuracies.reduce<number | undefined>(
      (best, accuracy) => (accuracy > (best ?? -Infinity) ? accuracy : best),
      undefined,
    ),
  };
}

/** Where a run without checkpoints goes on. */
const BEGINNING = { step: 0, snapshot: undefined, records: NO_RECORDS, rowsFrom: 0 };

/** @returns undefined where the run is to begin again */
async function newestCheckpoint(
  folder: string,
  reader: RunReader,
  { from, warn }: Pick<ResumePointOptions, 'from' | 'warn'>,
): Promise<CheckpointSnapshot | undefined> {
  const files = await listCheckpoints(folder);
  if (files.length === 0 && (from ?? 0) === 0) return undefined;
  const wanted = from === undefined ? files : files.filter(({ step }) => step === from);
  for (const file of wanted.toReversed()) {
    try {
      return await readSnapshot(file, reader);
    } catch (error) {
      if (!(error instanceof RunFolderError) || isUnreadable(error)) throw error;
      warn(`${error.message}; it is skipped`);
    }
  }
  if (from === 0) return undefined;
  const steps = files.map(({ step }) => step).join(', ');
  throw new TrainingError(
    from === undefined
      ? `run ${reader.id} has no good checkpoint to go on from; to begin it again from its configuration: --from 0`
      : `run ${reader.id} has no good checkpoint of step ${from}; it has those of steps ${steps}`,
  );
}

/** Whether the file system refused: another time it may not, and the checkpoint is as good as it was. */
const isUnreadable = ({ cause }: Error): boolean => cause instanceof Error && errorCode(cause.cause) !== undefined;
