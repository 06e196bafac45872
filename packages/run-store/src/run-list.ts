import { listRunFolders, readingProblem, type DamagedRun } from './run-folders.js';
import { openRun, type RunReader } from './run-reader.js';

/** The runs of a directory. */
export interface StoredRuns {
  /** Newest first. */
  readonly runs: readonly RunReader[];
  /** Folders that can't be read as runs, and why. */
  readonly damaged: readonly DamagedRun[];
}

/**
 * Reads all runs of a directory as they are now; none if there is no such directory.
 *
 * @param readers for a caller that lists repeatedly: the same map each time, so that only what is new is read
 * @throws {RunFolderError} if the directory can't be read
 */
export async function listRuns(
  runsDirectory: string,
  readers: Map<string, RunReader> = new Map(),
): Promise<StoredRuns> {
  const ids = await listRunFolders(runsDirectory);
  const present = new Set(ids);
  for (const id of readers.keys()) if (!present.has(id)) readers.delete(id);
  const runs: RunReader[] = [];
  const damaged: DamagedRun[] = [];
  for (const id of ids) {
    try {
      const known = readers.get(id);
      await known?.refresh();
      const reader = known ?? (await openRun(runsDirectory, id));
      readers.set(id, reader);
      runs.push(reader);
    } catch (error) {
      readers.delete(id);
      damaged.push({ id, error: readingProblem(error) });
    }
  }
  runs.sort((a, b) => compare(b.run.createdAt, a.run.createdAt) || compare(b.id, a.id));
  return { runs, damaged };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
