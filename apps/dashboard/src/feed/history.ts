import { appendBuckets, appendRows, createStepSeries, type RunRecords, type StepSeries } from '@fdr/figures';
import type {
  EpochMessage,
  EpochRecord,
  EventMessage,
  EventRecord,
  Position,
  Run,
  RunSummary,
  StepsMessage,
} from '@fdr/records';
import type { Api } from './api.js';

/** All that was read of a run so far. It grows in place: a page that draws it takes a fresh look when told. */
export interface History extends RunRecords {
  run: Run;
  readonly epochs: EpochRecord[];
  readonly events: EventRecord[];
  /** Lines of the run's files that could not be read. */
  readonly skipped: number;
}

const BUCKETS = 8192;

/**
 * All steps of a run as it stands now. Those of whole epochs come in buckets whose width is a power of two, as the series has them, so that no
 * bucket lies across two of its own; then the few that follow.
 */
async function loadSteps(api: Api, { run, lastEpoch }: RunSummary): Promise<StepSeries> {
  const steps = createStepSeries(run.stepColumns, BUCKETS);
  const whole = lastEpoch?.step ?? 0;
  const width = 2 ** Math.max(0, Math.ceil(Math.log2(whole / BUCKETS)));
  if (whole > 0) appendBuckets(steps, await api.steps(run.id, 0, Math.ceil(whole / width), whole));
  appendBuckets(steps, await api.steps(run.id, steps.steps, BUCKETS));
  return steps;
}

/** Reads the whole of a run as it stands now. */
export async function loadHistory(api: Api, summary: RunSummary): Promise<History> {
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
  };
}

export function positionOf({ epochs, events, steps }: History): Position {
  return { epochs: epochs.length, events: events.length, steps: steps.steps };
}

/** `taken`: something new; `known`: nothing new; `gap`: records before these are missing, nothing was taken. */
export type Taking = 'taken' | 'known' | 'gap';

function takeRecords<T>(held: T[], from: number, records: readonly T[]): Taking {
  if (from > held.length) return 'gap';
  const fresh = records.slice(held.length - from);
  held.push(...fresh);
  return fresh.length > 0 ? 'taken' : 'known';
}

export function takeEpochs(history: History, { from, records }: EpochMessage): Taking {
  return takeRecords(history.epochs, from, records);
}

export function takeEvents(history: History, { from, records }: EventMessage): Taking {
  return takeRecords(history.events, from, records);
}

/** @throws RangeError where the bytes are no whole number of rows. */
export function takeSteps({ steps }: History, { from, rows }: StepsMessage): Taking {
  if (from > steps.steps) return 'gap';
  const bytes = rows instanceof ArrayBuffer ? new Uint8Array(rows) : rows;
  const rowSize = 4 * steps.columns.size;
  if (bytes.byteLength % rowSize !== 0) {
    throw new RangeError(`rows are ${rowSize} bytes each; ${bytes.byteLength} bytes are no whole number of rows`);
  }
  const known = steps.steps - from;
  if (known * rowSize >= bytes.byteLength) return 'known';
  // A copy, because floats must begin at a multiple of four bytes. Every machine that runs a browser is little-endian.
  const fresh = new Uint8Array(bytes.subarray(known * rowSize));
  appendRows(steps, steps.steps, new Float32Array(fresh.buffer));
  return 'taken';
}
