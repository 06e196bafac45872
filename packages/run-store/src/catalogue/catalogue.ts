import type { RunRow } from '@fdr/records';
import { listRunFolders, type DamagedRun } from '../run-folders.js';
import { createEntries } from './entries.js';
import { readIndex, writeIndex } from './index-file.js';

/** Folders that are read at the same time. */
const CONCURRENCY = 8;
/** Folders of ended runs that a poll looks at, and new folders that it reads; the others come in the next ones. */
const POLLED_FOLDERS = 200;
/** Fewer runs are read as fast as an index of them. */
const MIN_INDEXED_RUNS = 200;

/** All runs of a directory, as far as they have been read. */
export interface Catalogue {
  rows(): RunRow[];
  /** Folders that can't be read as runs. */
  damaged(): DamagedRun[];
  /** Folders that have not been read yet. */
  pending(): number;
  /** Grows whenever something has changed. */
  version(): number;
  /**
   * Reads what is new. Ended runs whose folders have not changed are not read again, neither by this process nor by the next one.
   *
   * @throws {RunFolderError} if the directory can't be read
   */
  refresh(): Promise<void>;
  /** As {@link refresh}, at a cost that hardly grows with the runs: runs that train, and a few of the new folders and of the others at a time. */
  poll(): Promise<void>;
  /** Reads the newest `count` runs, but those that are known. */
  load(count: number): Promise<void>;
  /** Reads one run, which this process has changed. */
  check(id: string): Promise<void>;
}

/** @param runsDirectory need not exist yet */
export function createCatalogue(runsDirectory: string): Catalogue {
  const entries = createEntries(runsDirectory);
  let unread: string[] = [];
  let savedVersion = 0;
  let nextPolled = 0;
  let beginning: Promise<void> | undefined;
  let working: Promise<void> | undefined;

  async function begin(): Promise<void> {
    entries.add(await readIndex(runsDirectory));
    savedVersion = entries.endedVersion();
  }

  /** @returns ids of all folders, newest first */
  async function list(): Promise<string[]> {
    beginning ??= begin();
    await beginning;
    const ids = (await listRunFolders(runsDirectory)).sort().reverse();
    const present = new Set(ids);
    for (const id of entries.ids()) if (!present.has(id)) entries.forget(id);
    unread = ids.filter((id) => !entries.has(id));
    return ids;
  }

  async function check(ids: readonly string[]): Promise<void> {
    const queue = ids.values();
    await Promise.all(
      Array.from({ length: CONCURRENCY }, async () => {
        for (const id of queue) await entries.check(id);
      }),
    );
  }

  async function save(): Promise<void> {
    if (entries.endedVersion() === savedVersion || entries.size < MIN_INDEXED_RUNS) return;
    savedVersion = entries.endedVersion();
    await writeIndex(runsDirectory, entries.ended());
  }

  async function refresh(): Promise<void> {
    await check(await list());
    await save();
  }

  async function poll(): Promise<void> {
    const ids = await list();
    if (nextPolled >= ids.length) nextPolled = 0;
    const polled = ids.slice(nextPolled, nextPolled + POLLED_FOLDERS);
    nextPolled += POLLED_FOLDERS;
    await check([...new Set([...entries.active(), ...unread.slice(0, POLLED_FOLDERS), ...polled])]);
    await save();
  }

  /** Calls at the same time share one. */
  const shared = (work: () => Promise<void>): Promise<void> => {
    working ??= work().finally(() => {
      working = undefined;
    });
    return working;
  };

  return {
    rows: () => entries.rows(),
    damaged: () => entries.damaged(),
    pending: () => unread.filter((id) => !entries.has(id)).length,
    version: () => entries.version(),
    refresh: () => shared(refresh),
    poll: () => shared(poll),
    load: async (count) => {
      const newest = (await list()).slice(0, count);
      await check(newest.filter((id) => !entries.has(id)));
    },
    check: (id) => entries.check(id),
  };
}
