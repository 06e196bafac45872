import { readdir } from 'node:fs/promises';
import { runId } from '@fdr/records';
import { errorCode, RunFolderError } from './run-folder-error.js';
import { openRun, type RunReader } from './run-reader.js';

/** The runs of a directory. */
export interface StoredRuns {
  /** Newest first. */
  readonly runs: readonly RunReader[];
  /** Folders that can't be read as runs, and why. */
  readonly damaged: readonly { readonly id: string; readonly error: string }[];
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
  const ids = (await folderNames(runsDirectory)).filter((name) => runId.safeParse(name).success);
  const present = new Set(ids);
  for (const id of readers.keys()) if (!present.has(id)) readers.delete(id);
  const runs: RunReader[] = [];
  const damaged: { id: string; error: string }[] = [];
  for (const id of ids) {
    try {
      const known = readers.get(id);
      await known?.refresh();
      const reader = known ?? (await openRun(runsDirectory, id));
      readers.set(id, reader);
      runs.push(reader);
    } catch (error) {
      readers.delete(id);
      damaged.push({ id, error: error instanceof RunFolderError ? error.message : `can't be read (${reason(error)})` });
    }
  }
  runs.sort((a, b) => compare(b.run.createdAt, a.run.createdAt) || compare(b.id, a.id));
  return { runs, damaged };
}

/** Names of folders and of links. A link is listed as damaged; otherwise a run that was replaced by one would vanish. */
async function folderNames(runsDirectory: string): Promise<string[]> {
  try {
    const entries = await readdir(runsDirectory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink()).map(({ name }) => name);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw new RunFolderError(`can't read the runs directory ${runsDirectory} (${reason(error)})`, { cause: error });
  }
}

function reason(error: unknown): string {
  return errorCode(error) ?? 'unknown error';
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
