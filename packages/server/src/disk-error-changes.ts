import type { DiskErrorOf } from './next-message.js';

/** What the disk refuses, and when that changed. */
export interface DiskErrorChanges {
  readonly of: DiskErrorOf;
  /** Another text whenever `of` has said something else of a run than before, to whomever: an error that comes and goes between two polls is not missed. */
  readonly version: (runId: string) => string;
}

/** Remembers what was said last of each run. */
export function watchDiskErrors(diskErrorOf: DiskErrorOf): DiskErrorChanges {
  const said = new Map<string, { readonly error: string | null; readonly changes: number }>();

  function look(runId: string): { readonly error: string | null; readonly changes: number } {
    const error = diskErrorOf(runId);
    const last = said.get(runId) ?? { error: null, changes: 0 };
    const now = error === last.error ? last : { error, changes: last.changes + 1 };
    said.set(runId, now);
    return now;
  }

  return { of: (runId) => look(runId).error, version: (runId) => String(look(runId).changes) };
}
