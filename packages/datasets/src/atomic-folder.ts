import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/**
 * Creates a folder as a whole or not at all: `fill` gets an empty folder beside `target`, which is renamed to `target` once
 * `fill` has succeeded. Folders that killed processes of this machine left behind are removed.
 *
 * Where another process has created `target` in the meantime, that one stays.
 *
 * @param target path of the folder; its parents are created where they are missing
 * @throws whatever `fill` or the file system throws; no temporary folder is left behind then
 */
export async function createFolder(target: string, fill: (folder: string) => Promise<void>): Promise<void> {
  const parent = dirname(target);
  await mkdir(parent, { recursive: true });
  const prefix = `.${basename(target)}.${hostname()}.`;
  await removeLeftovers(parent, prefix);
  // mkdtemp would make a folder that only this user can read; the cache may be shared.
  const folder = join(parent, `${prefix}${process.pid}.${randomUUID()}`);
  await mkdir(folder);
  try {
    await fill(folder);
    await rename(folder, target);
  } catch (error) {
    if (!(isSystemError(error) && TAKEN.has(error.code) && error.syscall === 'rename')) throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
    // Children of a killed process may have written for a while after the first removal.
    await removeLeftovers(parent, prefix);
  }
}

/** Codes of a rename onto a folder that is not empty; EPERM on Windows. */
const TAKEN: ReadonlySet<unknown> = new Set(['ENOTEMPTY', 'EEXIST', 'EPERM']);

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}

async function removeLeftovers(parent: string, prefix: string): Promise<void> {
  for (const entry of await readdir(parent)) {
    const pid = entry.startsWith(prefix) ? Number.parseInt(entry.slice(prefix.length), 10) : NaN;
    if (pid > 0 && !isAlive(pid)) await rm(join(parent, entry), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !(isSystemError(error) && error.code === 'ESRCH');
  }
}
