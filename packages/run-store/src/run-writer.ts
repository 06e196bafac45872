import { mkdir, rm } from 'node:fs/promises';
import { endianness } from 'node:os';
import { join, resolve } from 'node:path';
import { epochRecord, eventRecord, run as runSchema } from '@fdr/records';
import type { EpochRecord, EventRecord, Run, RunStatus } from '@fdr/records';
import { z } from 'zod';
import { checkpointSteps, writeCheckpoint, type Checkpoint, type RecordCounts } from './checkpoint.js';
import { cutBack } from './rollback.js';
import { removePartialFiles, replaceFile } from './atomic-write.js';
import { CHECKPOINTS_FOLDER, EPOCHS_FILE, EVENTS_FILE, RUN_FILE, STEPS_FILE } from './files.js';
import { locateRun, placeRun } from './paths.js';
import { lockFolder, type Lock } from './lock.js';
import { errorCode, RunFolderError } from './run-folder-error.js';
import { createWriteQueue, type Losses } from './write-queue.js';

/** The one writer of a run's folder. Appending never waits for the disk and never throws for it. */
export interface RunWriter {
  readonly folder: string;
  /** `run.json` as this writer last asked for it. */
  readonly run: Run;
  /**
   * @param rows row after row, as many columns as `run.stepColumns` names; copied, so the caller may reuse the array
   * @throws {RangeError} where the length is no whole number of rows
   */
  appendSteps(rows: Float32Array): void;
  /** Append an epoch after its steps: files grow in the order of these calls. */
  appendEpoch(record: EpochRecord): void;
  appendEvent(record: EventRecord): void;
  setStatus(status: RunStatus): void;
  /**
   * Saves `checkpoints/<step>.safetensors`, whole or not at all, after everything appended so far.
   *
   * @param passing only to go on from if the process dies: the writer's last two stay, and none once another kind is saved
   * @returns the file's path
   * @throws the file system's error; earlier checkpoints stand
   */
  saveCheckpoint(step: number, checkpoint: Checkpoint, passing?: boolean): Promise<string>;
  /** Resolves when everything appended so far is in the files, or the disk refuses it. */
  settled(): Promise<void>;
  /** Writes what is left, frees the folder, and says what was lost; asked again, it answers the same. */
  close(): Promise<Losses>;
}

export interface RunWriterOptions {
  /** Told of a disk that refuses, and of its recovery; by default a line on the standard error. */
  readonly warn?: (message: string) => void;
  /** Bytes kept in memory while the disk refuses them. */
  readonly backlog?: number;
  /** Milliseconds before the first new attempt. */
  readonly retryAfter?: number;
}

/** Of passing checkpoints: the last one may be torn by what the one before it is kept for. */
const PASSING_KEPT = 2;

/**
 * Makes the folder of a new run (id by `makeRunId`) and writes its `run.json`.
 *
 * @throws {RunFolderError} where the folder exists or can't be made or written, naming the path
 */
export async function createRun(runsDirectory: string, given: Run, options: RunWriterOptions = {}): Promise<RunWriter> {
  const run = runSchema.parse(given);
  const folder = placeRun(runsDirectory, run.id);
  const lock = await prepare(resolve(runsDirectory), folder, run);
  return writerOf(folder, run, lock, { epochs: 0, events: 0 }, options);
}

/**
 * Goes on with a run whose process has ended, from one of its checkpoints: what was recorded after it is cut off.
 *
 * @param given the run as it is to stand in `run.json` from now on
 * @throws {RunFolderError} where there is no such run, or a process that lives is writing it
 */
export async function continueRun(
  runsDirectory: string,
  given: Run,
  from: { readonly step: number; readonly records: RecordCounts },
  options: RunWriterOptions = {},
): Promise<RunWriter> {
  const run = runSchema.parse(given);
  const folder = await locateRun(runsDirectory, run.id);
  const lock = await lockFolder(folder);
  try {
    await cutBack(folder, run, from);
    await replaceFile(join(folder, RUN_FILE), [document(run)]);
  } catch (error) {
    await lock.release();
    throw error;
  }
  return writerOf(folder, run, lock, from.records, options);
}

function writerOf(
  folder: string,
  begun: Run,
  lock: Lock,
  standing: RecordCounts,
  { warn = (message) => console.error(message), backlog = 64 * 2 ** 20, retryAfter = 1000 }: RunWriterOptions,
): RunWriter {
  let run = begun;
  let records = standing;
  const checkpoints = join(folder, CHECKPOINTS_FOLDER);
  const queue = createWriteQueue({ folder, limit: backlog, retryAfter, warn });
  let saving: Promise<unknown> = Promise.resolve();
  let closed: Promise<Losses> | undefined;
  let passed: string[] = [];

  async function save(step: number, checkpoint: Checkpoint, passing: boolean): Promise<string> {
    await queue.settled();
    await mkdir(checkpoints, { recursive: true });
    await removePartialFiles(checkpoints);
    const path = join(checkpoints, `${step}.safetensors`);
    // One that is to stay does so, even where a passing one of the same step takes its place.
    const stays = !passed.includes(path) && (await checkpointSteps(checkpoints)).includes(step);
    await writeCheckpoint(path, checkpoint);
    const earlier = passed.filter((one) => one !== path);
    passed = passing ? [...earlier.slice(1 - PASSING_KEPT), ...(stays ? [] : [path])] : [];
    for (const one of earlier) if (!passed.includes(one)) await rm(one, { force: true });
    return path;
  }

  return {
    folder,
    get run() {
      return run;
    },
    appendSteps: (rows) => {
      if (rows.length % run.stepColumns.length !== 0) {
        throw new RangeError(
          `rows must be a multiple of ${run.stepColumns.length} values (${run.stepColumns.join(', ')}), not ${rows.length}`,
        );
      }
      // A row that is lost leaves a row of NaN: the row's number stays the step's.
      if (rows.length > 0) queue.append(STEPS_FILE, littleEndian(rows), littleEndian(new Float32Array([NaN])));
    },
    appendEpoch: (record) => {
      queue.append(EPOCHS_FILE, line(z.encode(epochRecord, record)));
      records = { ...records, epochs: records.epochs + 1 };
    },
    appendEvent: (record) => {
      queue.append(EVENTS_FILE, line(z.encode(eventRecord, record)));
      records = { ...records, events: records.events + 1 };
    },
    setStatus: (status) => {
      run = { ...run, status };
      queue.replace(RUN_FILE, document(run));
    },
    saveCheckpoint: (step, checkpoint, passing = false) => {
      if (!Number.isSafeInteger(step) || step < 0)
        throw new RangeError(`step must be a whole number >= 0, not ${step}`);
      // One after another: a save removes what a killed one left behind, so it must be alone.
      const whole = { ...checkpoint, records };
      const saved = saving.then(() => save(step, whole, passing));
      saving = saved.catch(() => undefined);
      return saved;
    },
    settled: () => queue.settled(),
    close: () => (closed ??= saving.then(() => queue.close()).finally(() => lock.release().catch(() => undefined))),
  };
}

async function prepare(runsDirectory: string, folder: string, run: Run): Promise<Lock> {
  let stage: 'directory' | 'folder' | 'files' = 'directory';
  try {
    await mkdir(runsDirectory, { recursive: true });
    stage = 'folder';
    await mkdir(folder);
    stage = 'files';
    const lock = await lockFolder(folder);
    await mkdir(join(folder, CHECKPOINTS_FOLDER));
    for (const name of [EPOCHS_FILE, EVENTS_FILE, STEPS_FILE]) await replaceFile(join(folder, name), []);
    // Last: a folder without it is no run yet.
    await replaceFile(join(folder, RUN_FILE), [document(run)]);
    return lock;
  } catch (error) {
    if (stage === 'files') await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    if (error instanceof RunFolderError) throw error;
    if (stage === 'folder' && errorCode(error) === 'EEXIST')
      throw new RunFolderError(`${folder} exists already`, { cause: error });
    throw new RunFolderError(`can't make the run folder ${folder} (${errorCode(error) ?? String(error)})`, {
      cause: error,
    });
  }
}

function line(record: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(record)}\n`);
}

function document(run: Run): Buffer {
  return Buffer.from(`${JSON.stringify(z.encode(runSchema, run), null, 2)}\n`);
}

function littleEndian(values: Float32Array): Buffer {
  const bytes = Buffer.from(values.slice().buffer);
  return endianness() === 'LE' ? bytes : bytes.swap32();
}
