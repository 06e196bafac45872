import { readdir } from 'node:fs/promises';
import { runId } from '@fdr/records';
import { errorCode, RunFolderError } from './run-folder-error.js';
import { openRun, type RunReader } from './run-reader.js';

export interface StoredRuns {
  /** Newest first. */
  readonly runs: readonly RunReader[];
  /** Folders that can't be read as runs, and why. */
  readonly damaged: readonly { readonly id: string; readonly error: string }[];
}

/**
 * All runs of a directory, each read up to now; none where there is no directory.
 *
 * @param readers kept by a caller that lists again and again, so that each time only what is new is read
 */
export async function listRuns(runsDirectory: string, readers = new Map<string, RunReader>()): Promise<StoredRuns> {
  const ids = (await names(runsDirectory)).filter((name) => runId.safeParse(name).success);
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
      const text =
        error instanceof RunFolderError ? error.message : `can't be read (${errorCode(error) ?? 'unknown error'})`;
      damaged.push({ id, error: text });
    }
  }
  runs.sort((a, b) => compare(b.run.createdAt, a.run.createdAt) || compare(b.id, a.id));
  return { runs, damaged };
}

/** Folders, and links: a link is named among the damaged instead of vanishing. */
async function names(runsDirectory: string): Promise<string[]> {
  try {
    const entries = await readdir(runsDirectory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink()).map(({ name }) => name);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw new RunFolderError(
      `can't read the runs directory ${runsDirectory} (${errorCode(error) ?? 'unknown error'})`,
      {
        cause: error,
      },
    );
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
