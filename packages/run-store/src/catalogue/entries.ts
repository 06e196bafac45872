import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isActive, type RunRow } from '@fdr/records';
import { folderStamp, readingProblem, type DamagedRun } from '../run-folders.js';
import { openRun, type RunReader } from '../run-reader.js';
import type { IndexEntry } from './index-file.js';
import { rowOf } from './row.js';

/** What was read of a folder, and what tells whether it is still so. */
type Entry = IndexEntry | { readonly stamp: string; readonly error: string };

/** What is known of the folders of a directory. */
export interface Entries {
  readonly size: number;
  has(id: string): boolean;
  ids(): string[];
  rows(): RunRow[];
  damaged(): DamagedRun[];
  /** Runs that train. */
  active(): string[];
  /** Runs that have ended, for the next process. */
  ended(): IndexEntry[];
  /** Grows whenever something has changed. */
  version(): number;
  /** Grows whenever something has changed of runs that have ended. */
  endedVersion(): number;
  /** Takes what an earlier process has read. */
  add(entries: ReadonlyMap<string, IndexEntry>): void;
  /** Reads a folder if it is not as it was. */
  check(id: string): Promise<void>;
  forget(id: string): void;
}

/** Of the folders of a directory, nothing yet. */
export function createEntries(runsDirectory: string): Entries {
  const entries = new Map<string, Entry>();
  /** Of runs that train, so that only what is new is read. */
  const readers = new Map<string, RunReader>();
  let version = 0;
  let endedVersion = 0;

  function forget(id: string): void {
    readers.delete(id);
    if (!entries.delete(id)) return;
    version += 1;
    endedVersion += 1;
  }

  async function read(id: string, stamp: string): Promise<Entry> {
    try {
      const known = readers.get(id);
      await known?.refresh();
      const reader = known ?? (await openRun(runsDirectory, id));
      if (isActive(reader.run.status)) readers.set(id, reader);
      else readers.delete(id);
      return { stamp, row: rowOf(reader) };
    } catch (error) {
      readers.delete(id);
      return { stamp, error: readingProblem(error) };
    }
  }

  return {
    get size() {
      return entries.size;
    },
    has: (id) => entries.has(id),
    ids: () => [...entries.keys()],
    rows: () => [...entries.values()].flatMap((entry) => ('row' in entry ? [entry.row] : [])),
    damaged: () => [...entries].flatMap(([id, entry]) => ('error' in entry ? [{ id, error: entry.error }] : [])),
    active: () => [...readers.keys()],
    ended: () => [...entries.values()].filter((entry) => 'row' in entry).filter((entry) => !isActive(entry.row.status)),
    version: () => version,
    endedVersion: () => endedVersion,
    add: (found) => {
      for (const [id, entry] of found) entries.set(id, entry);
      version += 1;
    },
    check: async (id) => {
      const stamp = await folderStamp(join(runsDirectory, id));
      if (stamp === undefined) {
        forget(id);
        return;
      }
      const known = entries.get(id);
      if (known?.stamp === stamp && !readers.has(id)) return;
      const entry = await read(id, stamp);
      if (isDeepStrictEqual(entry, known)) return;
      entries.set(id, entry);
      version += 1;
      if (!readers.has(id)) endedVersion += 1;
    },
    forget,
  };
}
