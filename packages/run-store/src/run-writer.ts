import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { epochRecord, eventRecord, run as runSchema } from '@fdr/records';
import type { EpochRecord, EventRecord, Run, RunStatus } from '@fdr/records';
import { z } from 'zod';
import { writeFileAtomically } from './atomic-write.js';
import { createCheckpointSaver } from './checkpoint-saver.js';
import type { Checkpoint, RecordCounts } from './checkpoint.js';
import { CHECKPOINTS_FOLDER, EPOCHS_FILE, EVENTS_FILE, RUN_FILE, STEPS_FILE } from './files.js';
import { toLittleEndian } from './little-endian.js';
import { lockFolder, type Lock } from './lock.js';
import { locateRun, newRunPath } from './paths.js';
import { rollBack, type RollbackPoint } from './rollback.js';
import { encodeRun } from './run-document.js';
import { errorCode, RunFolderError } from './run-folder-error.js';
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
  setStatus(status: RunStatus): void;
  /**
   * Saves a checkpoint as a whole or not at all, after everything appended so far.
   *
   * @param step that it was taken at; a whole number >= 0
   * @param rolling whether it is only there to resume from if the process dies: of those, two are kept, and none once a
   *   permanent one is complete
   * @returns the file's path
   * @throws {RangeError} if `step` is not a whole number >= 0
   * @throws the file system's error; earlier checkpoints remain
   */
  saveCheckpoint(step: number, checkpoint: Checkpoint, rolling?: boolean): Promise<string>;
  /** Resolves once everything appended so far is in the files, or the disk refuses it. */
  settled(): Promise<void>;
  /** Writes what is left, releases the folder and reports what was lost. Another call reports the same. */
  close(): Promise<Losses>;
}

/** How a run's writer deals with a disk that refuses to be written. */
export interface RunWriterOptions {
  /** Called when writing begins to fail and when it works again; by default prints a line to the standard error. */
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
  return createWriter(folder, run, lock, { epochs: 0, events: 0 }, options);
}

/**
 * Continues a run whose process has ended from one of its checkpoints. What was recorded after the checkpoint is removed.
 *
 * @param continued the run as `run.json` is to describe it from now on
 * @param from the checkpoint's step and record counts
 * @throws {RunFolderError} if there is no such run, a process that may be alive is writing it, or it can't be written
 */
export async function continueRun(
  runsDirectory: string,
  continued: Run,
  from: RollbackPoint,
  options: RunWriterOptions = {},
): Promise<RunWriter> {
  const run = runSchema.parse(continued);
  const folder = await locateRun(runsDirectory, run.id);
  try {
    const lock = await lockFolder(folder);
    try {
      await rollBack(folder, run, from);
      await writeFileAtomically(join(folder, RUN_FILE), [encodeRun(run)]);
    } catch (error) {
      await lock.release();
      throw error;
    }
    return createWriter(folder, run, lock, from.records, options);
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    throw new RunFolderError(`can't go on with the run folder ${folder} (${code})`, { cause: error });
  }
}

function createWriter(
  folder: string,
  initialRun: Run,
  lock: Lock,
  initialRecords: RecordCounts,
  { warn = (message) => console.error(message), backlog = 64 * 2 ** 20, retryAfter = 1000 }: RunWriterOptions,
): RunWriter {
  let run = initialRun;
  let records = initialRecords;
  let closed: Promise<Losses> | undefined;
  const queue = createWriteQueue({ folder, limit: backlog, retryAfter, warn });
  const saver = createCheckpointSaver(folder, queue.settled);

  async function close(): Promise<Losses> {
    try {
      await saver.settled();
      return await queue.close();
    } finally {
      await lock.release().catch(() => undefined);
    }
  }

  return {
    folder,
    get run() {
      return run;
    },
    appendSteps: (rows) => {
      const { stepColumns } = run;
      if (rows.length % stepColumns.length !== 0) {
        throw new RangeError(
          `rows must be a multiple of ${stepColumns.length} values (${stepColumns.join(', ')}), not ${rows.length}`,
        );
      }
      // A row that is lost is replaced by a row of NaN, because a row's number is the number of its step.
      if (rows.length > 0) queue.append(STEPS_FILE, toLittleEndian(rows.slice()), toLittleEndian(Float32Array.of(NaN)));
    },
    appendEpoch: (record) => {
      queue.append(EPOCHS_FILE, encodeLine(z.encode(epochRecord, record)));
      records = { ...records, epochs: records.epochs + 1 };
    },
    appendEvent: (record) => {
      queue.append(EVENTS_FILE, encodeLine(z.encode(eventRecord, record)));
      records = { ...records, events: records.events + 1 };
    },
    setStatus: (status) => {
      run = { ...run, status };
      queue.replace(RUN_FILE, encodeRun(run));
    },
    saveCheckpoint: (step, checkpoint, rolling = false) => {
      if (!Number.isSafeInteger(step) || step < 0) {
        throw new RangeError(`step must be a whole number >= 0, not ${step}`);
      }
      return saver.save(step, { ...checkpoint, records }, rolling);
    },
    settled: queue.settled,
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

async function createRunFolder(runsDirectory: string, folder: string, run: Run): Promise<Lock> {
  let step: 'directory' | 'folder' | 'files' = 'directory';
  try {
    await mkdir(runsDirectory, { recursive: true });
    step = 'folder';
    await mkdir(folder);
    step = 'files';
    const lock = await lockFolder(folder);
    await mkdir(join(folder, CHECKPOINTS_FOLDER));
    for (const name of [EPOCHS_FILE, EVENTS_FILE, STEPS_FILE]) await writeFileAtomically(join(folder, name), []);
    // The last file: a folder without it is no run yet.
    await writeFileAtomically(join(folder, RUN_FILE), [encodeRun(run)]);
    return lock;
  } catch (error) {
    if (step === 'files') await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    if (error instanceof RunFolderError) throw error;
    if (step === 'folder' && errorCode(error) === 'EEXIST') {
      throw new RunFolderError(`${folder} exists already`, { cause: error });
    }
    const reason = errorCode(error) ?? String(error);
    throw new RunFolderError(`can't make the run folder ${folder} (${reason})`, { cause: error });
  }
}

function encodeLine(record: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(record)}\n`);
}
