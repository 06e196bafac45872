import { isDeepStrictEqual } from 'node:util';
import { epochRecord, eventRecord, isActive } from '@fdr/records';
import type { EpochRecord, EventRecord, Position, Run, RunLabels, StepBuckets } from '@fdr/records';
import { EPOCHS_FILE, EVENTS_FILE, RUN_FILE, STEPS_FILE } from './files.js';
import { createJsonlFile, type JsonlFile } from './jsonl-file.js';
import { readLabels } from './labels.js';
import { activeLockHolder } from './lock.js';
import { locateRun } from './paths.js';
import { parseRun, readRunDocument, type RunDocument } from './run-document.js';
import { RunFolderError } from './run-folder-error.js';
import { createStepFile } from './step-file.js';

/** Reads a run's folder, which another process may be writing. Everything is as the last refresh found it. */
export interface RunReader {
  readonly id: string;
  readonly folder: string;
  /** `run.json`, with the name and the tags of `labels.json`. An active run whose process is gone has the status `failed`. */
  readonly run: Run;
  /** What a person has said of the run since; why it can't be read stands in the note. */
  readonly labels: RunLabels;
  /** Grows whenever `run` changes. */
  readonly revision: number;
  readonly lastEpoch: EpochRecord | undefined;
  /** The full-batch training losses at the ends of all epochs. */
  readonly trainLosses: readonly number[];
  /** The highest test accuracy of all epochs, NaN aside; undefined if there is none. */
  readonly bestTestAccuracy: number | undefined;
  /** The epochs as lines of their file, with the lines that were skipped. */
  readonly epochLines: JsonlFile<EpochRecord>;
  /** The events as lines of their file, with the lines that were skipped. */
  readonly eventLines: JsonlFile<EventRecord>;
  /**
   * Reads what is new in the files. Calls at the same time share one refresh.
   *
   * @returns whether anything has changed
   * @throws {RunFolderError} if a file can't be read, or `run.json` has been damaged
   */
  refresh(): Promise<boolean>;
  /** How many epochs, steps and events the last complete refresh found. An epoch never comes without its steps. */
  position(): Position;
  /** Epochs `from .. to - 1`, numbered from 0; all by default. */
  epochs(from?: number, to?: number): Promise<EpochRecord[]>;
  /** Events `from .. to - 1`, numbered from 0; all by default. */
  events(from?: number, to?: number): Promise<EventRecord[]>;
  stepCount(): number;
  /** Rows `from .. to - 1`, little-endian float32, as many columns as `run.stepColumns` names. */
  stepRows(from?: number, to?: number): Promise<Buffer>;
  /** Minimum, maximum and mean of each column over at most `buckets` equal parts of the rows `from .. to - 1`. */
  stepBuckets(from: number, to: number, buckets: number): Promise<StepBuckets>;
}

/**
 * Opens a run for reading.
 *
 * @param id the name of its folder in the runs directory
 * @throws {RunFolderError} if the id is not a run id, there is no such run, or its `run.json` is damaged or too new
 */
export async function openRun(runsDirectory: string, id: string): Promise<RunReader> {
  const folder = await locateRun(runsDirectory, id);
  const document = await readRunDocument(folder);
  if (document === undefined) throw new RunFolderError(`run ${id} has no ${RUN_FILE}`);
  const reader = createReader(id, folder, document);
  await reader.refresh();
  return reader;
}

function createReader(id: string, folder: string, document: RunDocument): RunReader {
  const description = followDescription(id, folder, document);
  const epochs = followEpochs(folder);
  const eventLines = createJsonlFile({ folder, name: EVENTS_FILE, schema: eventRecord });
  const steps = createStepFile(folder, STEPS_FILE, description.run().stepColumns);
  let position: Position = { epochs: 0, steps: 0, events: 0 };
  let refreshing: Promise<boolean> | undefined;

  async function refreshAll(): Promise<boolean> {
    // The status comes first and the steps last, because the writer goes the other way round: a reader that sees a finished
    // run sees all of it, and an epoch never comes without its steps.
    const changed = [
      await description.refresh(),
      await eventLines.refresh(),
      await epochs.lines.refresh(),
      await steps.refresh(),
    ];
    // All at once, so that no caller sees half a refresh.
    position = { epochs: epochs.lines.count, steps: steps.count, events: eventLines.count };
    return changed.includes(true);
  }

  return {
    id,
    folder,
    get run() {
      return description.run();
    },
    get revision() {
      return description.revision();
    },
    get labels() {
      return description.labels();
    },
    get lastEpoch() {
      return epochs.last();
    },
    trainLosses: epochs.trainLosses,
    get bestTestAccuracy() {
      return epochs.bestTestAccuracy();
    },
    epochLines: epochs.lines,
    eventLines,
    refresh: () => {
      refreshing ??= refreshAll().finally(() => {
        refreshing = undefined;
      });
      return refreshing;
    },
    position: () => position,
    epochs: (from = 0, to = position.epochs) => epochs.lines.records(from, to),
    events: (from = 0, to = position.events) => eventLines.records(from, to),
    stepCount: () => position.steps,
    stepRows: (from = 0, to = position.steps) => steps.rows(from, to),
    stepBuckets: (from, to, buckets) => steps.buckets(from, to, buckets),
  };
}

/** `run.json` and `labels.json`, read again whenever they have changed. */
function followDescription(id: string, folder: string, document: RunDocument) {
  let recorded = parseRun(document.text, id);
  let { stamp } = document;
  let labels: RunLabels = {};
  let run = recorded;
  let revision = 1;

  async function refresh(): Promise<boolean> {
    const isAbandoned = isActive(recorded.status) && (await activeLockHolder(folder)) === undefined;
    const changed = await readRunDocument(folder, stamp);
    if (changed !== undefined) {
      stamp = changed.stamp;
      recorded = parseRun(changed.text, id);
    }
    // The lock was checked before the file was read: a writer sets the last status before it releases the lock.
    const hasFailed = isAbandoned && isActive(recorded.status);
    if (hasFailed) recorded = { ...recorded, status: 'failed' };
    const newLabels = await readLabels(folder).catch(problemAsNote);
    const isLabelled = !isDeepStrictEqual(newLabels, labels);
    if (changed === undefined && !hasFailed && !isLabelled) return false;
    labels = newLabels;
    run = { ...recorded, name: labels.name ?? recorded.name, tags: labels.tags ?? recorded.tags };
    revision += 1;
    return true;
  }

  return { run: () => run, labels: () => labels, revision: () => revision, refresh };
}

/** Damaged labels hide no run. */
function problemAsNote(error: unknown): RunLabels {
  if (error instanceof RunFolderError) return { note: error.message };
  throw error;
}

/** The epochs' file, with what is known of the epochs without reading them again. */
function followEpochs(folder: string) {
  let last: EpochRecord | undefined;
  let bestTestAccuracy: number | undefined;
  const trainLosses: number[] = [];

  const lines = createJsonlFile({
    folder,
    name: EPOCHS_FILE,
    schema: epochRecord,
    onRecord: (record) => {
      last = record;
      trainLosses.push(record.trainLoss);
      if (record.testAccuracy > (bestTestAccuracy ?? -Infinity)) bestTestAccuracy = record.testAccuracy;
    },
    onRestart: () => {
      last = undefined;
      trainLosses.length = 0;
      bestTestAccuracy = undefined;
    },
  });

  return { lines, trainLosses, last: () => last, bestTestAccuracy: () => bestTestAccuracy };
}
