import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/**
 * Makes a folder as a whole or not at all: `fill` is given an empty one beside `target`, which gets its name when `fill`
 * has ended well. What earlier processes of this machine left when they were killed is removed.
 *
 * Where another process has made `target` meanwhile, that one stays.
 */
export async function makeFolder(target: string, fill: (folder: string) => Promise<void>): Promise<void> {
  const parent = dirname(target);
  await mkdir(parent, { recursive: true });
  const prefix = `.${basename(target)}.${hostname()}.`;
  await removeLeftovers(parent, prefix);
  // Not mkdtemp, which lets nobody else in: the folder may be shared.
  const folder = join(parent, `${prefix}${process.pid}.${randomUUID()}`);
  await mkdir(folder);
  try {
    await fill(folder);
    await rename(folder, target);
  } catch (error) {
    if (!(isSystemError(error) && TAKEN.has(error.code) && error.syscall === 'rename')) throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
    // Once more: what a killed process had started may have written on for a while.
    await removeLeftovers(parent, prefix);
  }
}

/** What renaming onto a folder that holds something ends with; EPERM on Windows. */
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
