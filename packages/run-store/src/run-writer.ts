import { join, resolve } from 'node:path';
import { appliedCommand, epochRecord, eventRecord, run as runSchema } from '@fdr/records';
import type { AppliedCommand, EpochRecord, EventRecord, Run, RunStatus } from '@fdr/records';
import { z } from 'zod';
import { writeFileAtomically } from './atomic-write.js';
import { createCheckpointSaver } from './checkpoint-saver.js';
import type { Checkpoint, RecordCounts } from './checkpoint.js';
import type { RunClaim } from './run-claim.js';
import { fileSystemWarnings } from './file-system-warnings.js';
import { COMMANDS_FILE, EPOCHS_FILE, EVENTS_FILE, RUN_FILE, STEPS_FILE } from './files.js';
import { toLittleEndian } from './little-endian.js';
import type { Lock } from './lock.js';
import { createRunFolder } from './new-run-folder.js';
import { newRunPath } from './paths.js';
import type { Retention } from './retention.js';
import { recordedRows } from './recorded-rows.js';
import { rollBack, type RollbackPoint } from './rollback.js';
import { encodeRun, parseRun, readRunDocument } from './run-document.js';
import { writingError } from './run-folder-error.js';
import { createWriteQueue, type Losses } from './write-queue.js';

/** The one writer of a run's folder. Appending never waits for the disk and never throws because of it. */
export interface RunWriter {
  readonly folder: string;
  /** `run.json` with the status that was set last. */
  readonly run: Run;
  /**
   * Appends steps.
   *
   * @param rows row after row, as many columns as `run.stepColumns` names; copied, so that the caller may reuse the array
   * @throws {RangeError} if the values do not make up whole rows
   */
  appendSteps(rows: Float32Array): void;
  /** Appends an epoch. Its steps must be appended before it: files grow in the order of these calls. */
  appendEpoch(record: EpochRecord): void;
  appendEvent(record: EventRecord): void;
  /**
   * Appends a command that changed the course of the training.
   *
   * @param isKnown whether the file holds it already: the training went on from before it, and has carried it out again
   */
  appendCommand(record: AppliedCommand, isKnown: boolean): void;
  setStatus(status: RunStatus): void;
  /**
   * Saves a checkpoint as a whole or not at all, after everything appended so far.
   *
   * @param step that it was taken at; a whole number >= 0
   * @param retention how long it is kept; `permanent` by default. Only a permanent one may hold numbers that are not finite; another such
   *   one is left out
   * @throws {RangeError} if `step` is not a whole number >= 0
   * @throws the file system's error; earlier checkpoints remain
   */
  saveCheckpoint(step: number, checkpoint: Checkpoint, retention?: Retention): Promise<void>;
  /** Resolves once everything appended so far is in the files, or the disk refuses it. */
  settled(): Promise<void>;
  /**
   * Resolves once everything appended so far would survive a power failure, or the disk refuses it.
   *
   * @returns the file system's error of what could not be written; undefined if everything is
   */
  sync(): Promise<string | undefined>;
  /** The file system's error while the disk refuses what is appended; undefined while it does not. */
  refusal(): string | undefined;
  /** Writes what is left, releases the folder and reports what was lost. Another call reports the same. */
  close(): Promise<Losses>;
}

/** What a run has recorded when it begins. */
export const NO_RECORDS: RecordCounts = { epochs: 0, events: 0, commands: 0 };

/** How a run's writer deals with a disk that refuses to be written. */
export interface RunWriterOptions {
  /**
   * Called when writing begins to fail and when it works again, and once where the file system promises less than a run needs; by
   * default prints a line to the standard error.
   */
  readonly warn?: ((message: string) => void) | undefined;
  /** Bytes kept in memory while the disk refuses them; 64 MiB by default. */
  readonly backlog?: number | undefined;
  /** Milliseconds before the first new attempt; 1000 by default. */
  readonly retryAfter?: number | undefined;
}

/**
 * Creates the folder of a new run and its `run.json`.
 *
 * @param newRun its id is made by `makeRunId`
 * @throws {RunFolderError} if the folder exists, or can't be created or written, naming its path
 */
export async function createRun(
  runsDirectory: string,
  newRun: Run,
  options: RunWriterOptions = {},
): Promise<RunWriter> {
  const run = runSchema.parse(newRun);
  const folder = newRunPath(runsDirectory, run.id);
  const lock = await createRunFolder(resolve(runsDirectory), folder, run);
  return createWriter(folder, run, lock, { step: 0, records: NO_RECORDS }, options);
}

/**
 * Continues a claimed run from one of its checkpoints, or from its beginning. What was recorded after that is removed.
 *
 * @param continued the run as `run.json` is to describe it from now on
 * @param from the checkpoint's step and record counts
 * @throws {RunFolderError} if its folder can't be written; the claim is then given up
 */
export async function continueRun(
  claim: RunClaim,
  continued: Run,
  from: RollbackPoint,
  options: RunWriterOptions = {},
): Promise<RunWriter> {
  const run = runSchema.parse(continued);
  const { folder } = claim;
  const { warn = printWarning } = options;
  const describe = (): Promise<void> => writeFileAtomically(join(folder, RUN_FILE), [encodeRun(run)]);
  try {
    // Who finds it rolled back in part must not take it for ended. One that has diverged says so to the end: where it goes on, the commands
    // that made it diverge are not carried out again.
    const document = await readRunDocument(folder);
    const hasDiverged = document !== undefined && parseRun(document.text, run.id).status === 'diverged';
    if (!hasDiverged) await describe();
    await rollBack(folder, run, from, warn);
    if (hasDiverged) await describe();
  } catch (error) {
    await claim.release();
    throw writingError(folder, error);
  }
  return createWriter(folder, run, claim, from, options);
}

async function createWriter(
  folder: string,
  initialRun: Run,
  lock: Lock,
  from: Pick<RollbackPoint, 'step' | 'records' | 'rowsFrom'>,
  { warn = printWarning, backlog = 64 * 2 ** 20, retryAfter = 1000 }: RunWriterOptions,
): Promise<RunWriter> {
  for (const warning of await fileSystemWarnings(folder)) warn(warning);
  let run = initialRun;
  let { records } = from;
  let closed: Promise<Losses> | undefined;
  const queue = createWriteQueue({ folder, limit: backlog, retryAfter, warn });
  const rows = recordedRows(queue, from);
  const saver = createCheckpointSaver(folder, rows.flushed);

  async function close(): Promise<Losses> {
    try {
      await saver.settled();
      return await queue.close();
    } finally {
      await lock.release();
    }
  }

  return {
    folder,
    get run() {
      return run;
    },
    appendSteps: (values) => {
      const { stepColumns } = run;
      if (values.length % stepColumns.length !== 0) {
        throw new RangeError(
          `rows must be a multiple of ${stepColumns.length} values (${stepColumns.join(', ')}), not ${values.length}`,
        );
      }
      if (values.length === 0) return;
      // A row that is lost is replaced by a row of NaN, because a row's number is the number of its step.
      queue.append(STEPS_FILE, toLittleEndian(values.slice()), toLittleEndian(Float32Array.of(NaN)));
      rows.add(values.length / stepColumns.length);
    },
    appendEpoch: (record) => {
      queue.append(EPOCHS_FILE, encodeLine(z.encode(epochRecord, record)));
      records = { ...records, epochs: records.epochs + 1 };
    },
    appendEvent: (record) => {
      queue.append(EVENTS_FILE, encodeLine(z.encode(eventRecord, record)));
      records = { ...records, events: records.events + 1 };
    },
    appendCommand: (record, isKnown) => {
      if (!isKnown) queue.append(COMMANDS_FILE, encodeLine(z.encode(appliedCommand, record)));
      records = { ...records, commands: records.commands + 1 };
    },
    setStatus: (status) => {
      run = { ...run, status };
      queue.replace(RUN_FILE, encodeRun(run));
    },
    saveCheckpoint: (step, checkpoint, retention = 'permanent') => {
      if (!Number.isSafeInteger(step) || step < 0) {
        throw new RangeError(`step must be a whole number >= 0, not ${step}`);
      }
      return saver.save(step, { ...checkpoint, records }, retention);
    },
    settled: queue.settled,
    sync: queue.sync,
    refusal: queue.refusal,
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

function printWarning(message: string): void {
  console.error(message);
}

function encodeLine(record: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(record)}\n`);
}
