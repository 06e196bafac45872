import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { runId } from '@fdr/records';
import { EPOCHS_FILE } from './files.js';
import { errorCode, RunFolderError } from './run-folder-error.js';

/** A folder that can't be read as a run. */
export interface DamagedRun {
  readonly id: string;
  readonly error: string;
}

/**
 * Names of the folders that may be runs, and of links: a link is listed as damaged, otherwise a run that was replaced by one would
 * vanish. None if there is no such directory.
 *
 * @throws {RunFolderError} if the directory can't be read
 */
export async function listRunFolders(runsDirectory: string): Promise<string[]> {
  try {
    const entries = await readdir(runsDirectory, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map(({ name }) => name)
      .filter((name) => runId.safeParse(name).success);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw new RunFolderError(`can't read the runs directory ${runsDirectory} (${reason(error)})`, { cause: error });
  }
}

/** Why a folder can't be read as a run. */
export function readingProblem(error: unknown): string {
  return error instanceof RunFolderError ? error.message : `can't be read (${reason(error)})`;
}

/**
 * Changes whenever a file of the folder is replaced, as `run.json` and `labels.json` are, or its epochs grow.
 *
 * @returns undefined if there is no such folder
 */
export async function folderStamp(folder: string): Promise<string | undefined> {
  const [entry, epochs] = await Promise.all([
    lstat(folder).catch(() => undefined),
    stat(join(folder, EPOCHS_FILE)).catch(() => undefined),
  ]);
  return entry && [entry.ino, entry.mtimeMs, entry.ctimeMs, epochs?.size, epochs?.mtimeMs].join(' ');
}

function reason(error: unknown): string {
  return errorCode(error) ?? 'unknown error';
}
