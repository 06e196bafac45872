import { constants } from 'node:fs';
import { open, realpath, type FileHandle } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runId } from '@fdr/records';
import { errorCode, RunFolderError } from './run-folder-error.js';

/**
 * The one place where a run's id becomes a path. The id passes an allow-list (letters, digits, `.`, `_`, `-`), and the
 * folder's real path must be the id inside the runs directory's real path: a link that leads elsewhere is refused.
 *
 * @throws {RunFolderError} naming the id, never a path of this machine: the text may travel to a client.
 */
export async function locateRun(runsDirectory: string, id: string): Promise<string> {
  if (!runId.safeParse(id).success) throw new RunFolderError(`${quoted(id)} is not a run id`);
  try {
    const root = await realpath(runsDirectory);
    const folder = join(root, id);
    if ((await realpath(folder)) !== folder) throw new RunFolderError(`run ${quoted(id)} is a link, not a folder`);
    return folder;
  } catch (error) {
    if (error instanceof RunFolderError) throw error;
    throw new RunFolderError(`there is no run ${quoted(id)}`, { cause: error });
  }
}

/** Where a run that does not exist yet will stand. */
export function placeRun(runsDirectory: string, id: string): string {
  if (!runId.safeParse(id).success) throw new RunFolderError(`${quoted(id)} is not a run id`);
  return join(resolve(runsDirectory), id);
}

/**
 * Opens a file of a run folder for reading; undefined where there is none. A link is not followed, and a pipe or device
 * is not waited for: both are refused.
 */
export async function openRunFile(folder: string, name: string): Promise<FileHandle | undefined> {
  let file: FileHandle;
  try {
    // Windows knows neither flag: there they are undefined, which `|` takes as 0.
    file = await open(join(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new RunFolderError(`${name} can't be read (${errorCode(error) ?? 'unknown error'})`, { cause: error });
  }
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new RunFolderError(`${name} is not a regular file`);
}

/** Reads exactly `length` bytes at `offset`, fewer only where the file ends. */
export async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

function quoted(id: string): string {
  return JSON.stringify(String(id).slice(0, 140));
}
