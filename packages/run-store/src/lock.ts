import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { openRunFile, readAt } from './paths.js';
import { errorCode, RunFolderError } from './run-folder-error.js';

const LOCK_FILE = 'lock';
/** Held for a moment by whoever replaces the lock of a dead process, so that two processes can't both replace it. */
const TAKEOVER_FILE = 'lock.takeover';
/** A lock has some two hundred bytes. */
const MAX_LOCK_BYTES = 16 * 1024;

/** The process that writes a folder. */
interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** Tells a process from a later one with the same pid; null where the system does not report it. */
  readonly started: string | null;
  /** Tells a lock from an earlier one of the same process. */
  readonly key: string;
}
const lockHolder = z.object({
  pid: z.int().min(1),
  host: z.string(),
  started: z.string().nullable(),
  key: z.string(),
});

/** The right to write a folder. */
export interface Lock {
  /** Removes the lock, unless another process has replaced it. */
  release(): Promise<void>;
}

/**
 * Makes this process the only writer of a folder. The lock of a process that is gone is replaced. A lock from another machine
 * is not, because nobody here can know whether its process is alive.
 *
 * @throws {RunFolderError} if the folder is locked, naming the process
 */
export async function lockFolder(folder: string): Promise<Lock> {
  const own: LockHolder = {
    pid: process.pid,
    host: hostname(),
    started: processStart(process.pid),
    key: randomBytes(6).toString('hex'),
  };
  const draft = join(folder, `.lock.${own.key}.partial`);
  await writeFile(draft, JSON.stringify(own), { flag: 'wx' });
  try {
    if (!(await tryLink(draft, join(folder, LOCK_FILE)))) await takeOver(folder, draft);
  } finally {
    await rm(draft, { force: true });
  }
  return {
    release: async () => {
      if ((await readHolder(folder, LOCK_FILE))?.key === own.key) await rm(join(folder, LOCK_FILE), { force: true });
    },
  };
}

/** The process that holds a folder's lock and may be alive; undefined if there is none. */
export function activeLockHolder(folder: string): Promise<LockHolder | undefined> {
  return activeHolder(folder, LOCK_FILE);
}

/** @throws {RunFolderError} if a process that may be alive holds a folder's lock, naming the process */
export function assertUnlocked(folder: string): Promise<void> {
  return assertNotHeld(folder, LOCK_FILE);
}

async function assertNotHeld(folder: string, name: string): Promise<void> {
  const holder = await activeHolder(folder, name);
  if (holder === undefined) return;
  const advice = holder.host === hostname() ? '' : `; if that process is gone, remove ${join(folder, name)}`;
  throw new RunFolderError(`${folder} is in use by process ${holder.pid} on ${holder.host}${advice}`);
}

async function takeOver(folder: string, draft: string): Promise<void> {
  await assertUnlocked(folder);
  const takeover = join(folder, TAKEOVER_FILE);
  if (!(await tryLink(draft, takeover))) {
    await assertNotHeld(folder, TAKEOVER_FILE);
    // The process that held it died in that moment.
    await rm(takeover, { force: true });
    if (!(await tryLink(draft, takeover))) throw new RunFolderError(`${folder} is being locked by another process`);
  }
  try {
    // Another process may have finished a takeover since the first check.
    await assertUnlocked(folder);
    await rename(draft, join(folder, LOCK_FILE));
  } finally {
    await rm(takeover, { force: true });
  }
}

/** Creates `path` with the draft's content in one step; false if it exists. */
async function tryLink(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function activeHolder(folder: string, name: string): Promise<LockHolder | undefined> {
  const holder = await readHolder(folder, name);
  return holder !== undefined && mayBeAlive(holder) ? holder : undefined;
}

async function readHolder(folder: string, name: string): Promise<LockHolder | undefined> {
  try {
    const file = await openRunFile(folder, name);
    if (file === undefined) return undefined;
    try {
      return lockHolder.parse(JSON.parse((await readAt(file, 0, MAX_LOCK_BYTES)).toString('utf8')));
    } finally {
      await file.close();
    }
  } catch {
    // A lock appears as a whole. An unreadable one is what a crash has left, and is nobody's.
    return undefined;
  }
}

/** False only if the process is known to be gone. */
function mayBeAlive(holder: LockHolder): boolean {
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false;
  }
  const started = processStart(holder.pid);
  return holder.started === null || started === null || started === holder.started;
}

/** On Linux the boot's id and the clock tick in which a process started; null elsewhere. */
function processStart(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses and may hold anything. The start time is the 20th after it.
    const tick = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return tick === undefined ? null : `${boot}/${tick}`;
  } catch {
    return null;
  }
}
