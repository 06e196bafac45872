import { constants } from 'node:fs';
import { lstat, open, realpath, type FileHandle } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runId } from '@fdr/records';
import { errorCode, RunFolderError } from './run-folder-error.js';

/**
 * The real path of a run's folder. Only here does an id become a path. The id passes an allow-list (letters, digits, `.`, `_`,
 * `-`), and the folder's real path must be the id inside the runs directory's real path: a link is refused.
 *
 * @throws {RunFolderError} if there is no such run. The message names the id and never a path of this machine, because it may
 *   be sent to a client.
 */
export async function locateRun(runsDirectory: string, id: string): Promise<string> {
  checkRunId(id);
  try {
    const root = await realpath(runsDirectory);
    const folder = join(root, id);
    if ((await realpath(folder)) !== folder) throw new RunFolderError(`run ${quote(id)} is a link, not a folder`);
    return folder;
  } catch (error) {
    if (error instanceof RunFolderError) throw error;
    throw new RunFolderError(`there is no run ${quote(id)}`, { cause: error });
  }
}

/**
 * The path that the folder of a new run will have.
 *
 * @throws {RunFolderError} if the id is not a run id
 */
export function newRunPath(runsDirectory: string, id: string): string {
  checkRunId(id);
  return join(resolve(runsDirectory), id);
}

/**
 * Opens a file of a run folder for reading. Links are not followed, and pipes and devices are not waited for.
 *
 * @returns undefined if there is no such file
 * @throws {RunFolderError} if it can't be opened or is not a regular file
 */
export async function openRunFile(folder: string, name: string): Promise<FileHandle | undefined> {
  let file: FileHandle;
  try {
    // Windows has neither of the last two flags: there they are undefined, which `|` takes as 0.
    file = await open(join(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new RunFolderError(`${name} can't be read (${errorCode(error) ?? 'unknown error'})`, { cause: error });
  }
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new RunFolderError(`${name} is not a regular file`);
}

/**
 * Opens a file of a run folder for writing. Links are not followed: what they lead to is not the run's.
 *
 * @param flags of the file system's `open`: `O_WRONLY`, `O_APPEND`, ...
 * @throws {RunFolderError} if it is a link; else the file system's error
 */
export async function openForWriting(folder: string, name: string, flags: number): Promise<FileHandle> {
  try {
    return await open(join(folder, name), flags | constants.O_NOFOLLOW);
  } catch (error) {
    if (errorCode(error) === 'ELOOP') throw linkError(folder, name);
    throw error;
  }
}

/**
 * Makes sure that a folder inside a run folder is no link before something in it is written or deleted.
 *
 * @throws {RunFolderError} if it is one; else the file system's error
 */
export async function refuseLink(folder: string, name: string): Promise<void> {
  if ((await lstat(join(folder, name))).isSymbolicLink()) throw linkError(folder, name);
}

function linkError(folder: string, name: string): RunFolderError {
  return new RunFolderError(`${join(folder, name)} is a link: nothing is written or deleted behind it`);
}

/** Bytes that can be read anywhere: an open file, or a test's memory. */
export interface ByteSource {
  readonly size: number;
  /** Fewer bytes only where they end. */
  read(offset: number, length: number): Promise<Buffer>;
}

/** An open file as it is now. */
export async function byteSource(file: FileHandle): Promise<ByteSource> {
  const { size } = await file.stat();
  return { size, read: (offset, length) => readAt(file, offset, length) };
}

/** Reads `length` bytes from byte `offset` on; fewer only where the file ends. */
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

/** @throws {RunFolderError} if the text can't be a run's id */
export function checkRunId(id: string): void {
  if (!runId.safeParse(id).success) throw new RunFolderError(`${quote(id)} is not a run id`);
}

function quote(id: unknown): string {
  return JSON.stringify(String(id).slice(0, 140));
}
