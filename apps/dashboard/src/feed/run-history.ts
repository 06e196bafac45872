import { appendBuckets, appendRows, createStepSeries, type RunRecords, type StepSeries } from '@fdr/figures';
import type {
  EpochMessage,
  EpochRecord,
  EventMessage,
  EventRecord,
  Position,
  Run,
  RunMessage,
  RunSummary,
  StepsMessage,
} from '@fdr/records';
import type { Api } from './api.js';

/** All records of a run that have been read so far. It grows in place, so whoever draws it must look again when it is reported. */
export interface RunHistory extends RunRecords {
  run: Run;
  readonly epochs: EpochRecord[];
  readonly events: EventRecord[];
  /** Number of lines of the run's files that could not be read. */
  readonly skipped: number;
  /** Why the disk refuses what the training records now; null while it does not. */
  diskError: string | null;
}

const BUCKETS = 8192;

/**
 * All steps of a run up to now. The steps of finished epochs come in buckets whose width is a power of two, like those of the series, so that
 * no bucket straddles two of the series'. The remaining steps follow in a second request.
 */
async function loadSteps(api: Api, { run, lastEpoch }: RunSummary): Promise<StepSeries> {
  const steps = createStepSeries(run.stepColumns, BUCKETS);
  const whole = lastEpoch?.step ?? 0;
  const width = 2 ** Math.max(0, Math.ceil(Math.log2(whole / BUCKETS)));
  if (whole > 0) appendBuckets(steps, await api.steps(run.id, 0, Math.ceil(whole / width), whole));
  appendBuckets(steps, await api.steps(run.id, steps.steps, BUCKETS));
  return steps;
}

/**
 * Reads all records of a run up to now.
 * @throws RequestError where the server refuses, TypeError where it does not answer.
 */
export async function loadHistory(api: Api, summary: RunSummary): Promise<RunHistory> {
  const { run } = summary;
  const [epochs, events, steps] = await Promise.all([
    api.epochs(run.id, 0),
    api.events(run.id, 0),
    loadSteps(api, summary),
  ]);
  return {
    run,
    epochs: epochs.records,
    events: events.records,
    steps,
    skipped: epochs.skipped + events.skipped,
    diskError: null,
  };
}

/** The end of a history: the numbers of the records that come next. */
export function historyPosition({ epochs, events, steps }: RunHistory): Position {
  return { epochs: epochs.length, events: events.length, steps: steps.steps };
}

/**
 * What a message did to a history. `changed`: it brought something new. `unchanged`: all of it was known. `gap`: records before it are missing,
 * so nothing was appended.
 */
export type MergeResult = 'changed' | 'unchanged' | 'gap';

function appendRecords<T>(held: T[], from: number, records: readonly T[]): MergeResult {
  if (from > held.length) return 'gap';
  const fresh = records.slice(held.length - from);
  held.push(...fresh);
  return fresh.length > 0 ? 'changed' : 'unchanged';
}

/** Replaces the run's description, unless the run was resumed since: then the end of this history was rolled back. */
export function replaceRun(history: RunHistory, { run, diskError }: RunMessage): 'changed' | 'resumed' {
  if (run.resumedAt !== history.run.resumedAt) return 'resumed';
  history.run = run;
  history.diskError = diskError;
  return 'changed';
}

/** Appends those epochs that are new. */
export function appendEpochs(history: RunHistory, { from, records }: EpochMessage): MergeResult {
  return appendRecords(history.epochs, from, records);
}

/** Appends those events that are new. */
export function appendEvents(history: RunHistory, { from, records }: EventMessage): MergeResult {
  return appendRecords(history.events, from, records);
}

/**
 * Appends those steps that are new.
 * @throws RangeError where the number of bytes is no multiple of a row's.
 */
export function appendSteps({ steps }: RunHistory, { from, rows }: StepsMessage): MergeResult {
  if (from > steps.steps) return 'gap';
  const bytes = rows instanceof ArrayBuffer ? new Uint8Array(rows) : rows;
  const rowSize = 4 * steps.columns.size;
  if (bytes.byteLength % rowSize !== 0) {
    throw new RangeError(`a row has ${rowSize} bytes; ${bytes.byteLength} is no multiple of that`);
  }
  const known = steps.steps - from;
  if (known * rowSize >= bytes.byteLength) return 'unchanged';
  // A copy, because floats must begin at a multiple of four bytes. Every machine that runs a browser is little-endian.
  const fresh = new Uint8Array(bytes.subarray(known * rowSize));
  appendRows(steps, steps.steps, new Float32Array(fresh.buffer));
  return 'changed';
}
