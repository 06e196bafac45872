import { epochRecord, eventRecord, run as runSchema, SCHEMA_VERSION } from '@fdr/records';
import type { EpochRecord, EventRecord, Position, Run, StepBuckets } from '@fdr/records';
import { createLineFile, type LineFile } from './jsonl-file.js';
import { locateRun, openRunFile, readAt } from './paths.js';
import { liveHolder } from './lock.js';
import { RunFolderError } from './run-folder-error.js';
import { createStepFile } from './step-file.js';
import { EPOCHS_FILE, EVENTS_FILE, RUN_FILE, STEPS_FILE } from './files.js';

const MAX_RUN_FILE = 16 * 2 ** 20;

/** Reads a run's folder, which another process may be writing. What is there stands as the last refresh found it. */
export interface RunReader {
  readonly id: string;
  readonly folder: string;
  /** `run.json`; a run that says it is under way while its process is gone stands as failed. */
  readonly run: Run;
  /** Grows whenever `run` changes. */
  readonly revision: number;
  readonly lastEpoch: EpochRecord | undefined;
  /** NaN aside; undefined where no epoch has one. */
  readonly bestTestAccuracy: number | undefined;
  /** What a line file's lines are, those skipped included. */
  readonly epochLines: LineFile<EpochRecord>;
  readonly eventLines: LineFile<EventRecord>;
  /** Looks at the files again; true where something is new. Calls at the same time share one look. */
  refresh(): Promise<boolean>;
  /** How many epochs, steps and events there are, by the last whole look: no epoch among them without its steps. */
  position(): Position;
  epochs(from?: number, to?: number): Promise<EpochRecord[]>;
  events(from?: number, to?: number): Promise<EventRecord[]>;
  stepCount(): number;
  /** Rows `from .. to - 1`, little-endian float32, as many columns as `run.stepColumns` names. */
  stepRows(from?: number, to?: number): Promise<Buffer>;
  /** Minimum, maximum and mean of each column over at most `buckets` equal stretches of rows `from .. to - 1`. */
  stepBuckets(from: number, to: number, buckets: number): Promise<StepBuckets>;
}

/** @throws {RunFolderError} where the id is none, there is no such run, or its `run.json` is damaged or too new */
export async function openRun(runsDirectory: string, id: string): Promise<RunReader> {
  const folder = await locateRun(runsDirectory, id);
  const document = await readDocument(folder);
  if (document === undefined) throw new RunFolderError(`run ${id} has no ${RUN_FILE}`);
  let run = parseRun(document.text, id);
  let stamp = document.stamp;
  let revision = 1;
  let lastEpoch: EpochRecord | undefined;
  let best: number | undefined;
  let position: Position = { epochs: 0, steps: 0, events: 0 };
  let looking: Promise<boolean> | undefined;

  const epochLines = createLineFile({
    folder,
    name: EPOCHS_FILE,
    schema: epochRecord,
    onRecord: (record) => {
      lastEpoch = record;
      if (record.testAccuracy > (best ?? -Infinity)) best = record.testAccuracy;
    },
    onRestart: () => {
      lastEpoch = best = undefined;
    },
  });
  const eventLines = createLineFile({ folder, name: EVENTS_FILE, schema: eventRecord });
  const steps = createStepFile(folder, STEPS_FILE, run.stepColumns);

  async function refreshRun(): Promise<boolean> {
    const abandoned = underWay(run) && (await liveHolder(folder)) === undefined;
    const found = await readDocument(folder, stamp);
    if (found !== undefined) {
      stamp = found.stamp;
      run = parseRun(found.text, id);
    }
    // Asked before the document was read: a writer sets the last status before it gives the folder free.
    if (abandoned && underWay(run)) run = { ...run, status: 'failed' };
    else if (found === undefined) return false;
    revision++;
    return true;
  }

  async function look(): Promise<boolean> {
    // The status first and the steps last: whoever sees a finished run sees all of it, and an epoch never comes
    // without its steps, because the writer goes the other way round.
    const changed = [await refreshRun(), await eventLines.refresh(), await epochLines.refresh(), await steps.refresh()];
    // At once, so that nobody sees half a look.
    position = { epochs: epochLines.count, steps: steps.count, events: eventLines.count };
    return changed.includes(true);
  }

  const reader: RunReader = {
    id,
    folder,
    get run() {
      return run;
    },
    get revision() {
      return revision;
    },
    get lastEpoch() {
      return lastEpoch;
    },
    get bestTestAccuracy() {
      return best;
    },
    epochLines,
    eventLines,
    refresh: () => (looking ??= look().finally(() => (looking = undefined))),
    position: () => position,
    epochs: (from = 0, to = position.epochs) => epochLines.records(from, to),
    events: (from = 0, to = position.events) => eventLines.records(from, to),
    stepCount: () => position.steps,
    stepRows: (from = 0, to = position.steps) => steps.rows(from, to),
    stepBuckets: (from, to, buckets) => steps.buckets(from, to, buckets),
  };
  await reader.refresh();
  return reader;
}

const underWay = ({ status }: Run): boolean => status === 'running' || status === 'paused';

/** `run.json`'s text; undefined where there is none, or it is still the one of the given stamp. */
async function readDocument(folder: string, known?: string): Promise<{ text: string; stamp: string } | undefined> {
  const file = await openRunFile(folder, RUN_FILE);
  if (file === undefined) return undefined;
  try {
    const { ino, size, mtimeMs } = await file.stat();
    const stamp = `${ino} ${size} ${mtimeMs}`;
    if (stamp === known) return undefined;
    if (size > MAX_RUN_FILE) throw new RunFolderError(`${RUN_FILE} has ${size} bytes, more than ${MAX_RUN_FILE}`);
    return { text: (await readAt(file, 0, size)).toString('utf8'), stamp };
  } finally {
    await file.close();
  }
}

function parseRun(text: string, id: string): Run {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RunFolderError(`run ${id}: ${RUN_FILE} is no JSON`, { cause: error });
  }
  const version = runSchema.shape.schemaVersion.safeParse((value as { schemaVersion?: unknown } | null)?.schemaVersion);
  if (!version.success) {
    throw new RunFolderError(
      `run ${id}: its schemaVersion must be 1 to ${SCHEMA_VERSION}: a newer fdr may have written it`,
    );
  }
  const parsed = runSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new RunFolderError(`run ${id}: ${RUN_FILE}: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  // The folder's name is the id by which everybody asks, even where somebody has renamed it.
  return { ...parsed.data, id };
}
