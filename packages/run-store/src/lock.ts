import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { errorCode, RunFolderError } from './run-folder-error.js';

const NAME = 'lock';
/** Held for an instant by whoever replaces a dead process's lock, so that two can't both do it. */
const TAKEOVER = 'lock.takeover';

const lockHolder = z.object({
  pid: z.int().min(1),
  host: z.string(),
  /** Tells a process from a later one with the same number; null where the system does not say. */
  started: z.string().nullable(),
  key: z.string(),
});
/** Who writes a run folder. */
export type LockHolder = z.infer<typeof lockHolder>;

export interface Lock {
  /** Gives the folder free; a lock that is another's by now stays. */
  release(): Promise<void>;
}

/**
 * Makes this process the one writer of a folder. The lock of a process that no longer lives is taken over; one from
 * another machine is not, for nobody here can tell whether its process lives.
 *
 * @throws {RunFolderError} naming the holder
 */
export async function lockFolder(folder: string): Promise<Lock> {
  const mine: LockHolder = {
    pid: process.pid,
    host: hostname(),
    started: startOf(process.pid),
    key: randomBytes(6).toString('hex'),
  };
  const draft = join(folder, `.lock.${mine.key}.partial`);
  await writeFile(draft, JSON.stringify(mine), { flag: 'wx' });
  try {
    if (!(await linked(draft, join(folder, NAME)))) await takeOver(folder, draft);
  } finally {
    await rm(draft, { force: true });
  }
  return {
    release: async () => {
      if ((await readHolder(folder))?.key === mine.key) await rm(join(folder, NAME), { force: true });
    },
  };
}

/** Who holds a folder's lock and lives, as far as can be told; undefined where nobody does. */
export async function liveHolder(folder: string): Promise<LockHolder | undefined> {
  const holder = await readHolder(folder);
  return holder !== undefined && lives(holder) ? holder : undefined;
}

async function takeOver(folder: string, draft: string): Promise<void> {
  await refuseLive(folder);
  if (!(await linked(draft, join(folder, TAKEOVER)))) {
    await refuseLive(folder, TAKEOVER);
    // Its owner died within that instant.
    await rm(join(folder, TAKEOVER), { force: true });
    if (!(await linked(draft, join(folder, TAKEOVER)))) throw new RunFolderError(`${folder} is being taken over`);
  }
  try {
    // Another may have finished a takeover since we looked.
    await refuseLive(folder);
    await rename(draft, join(folder, NAME));
  } finally {
    await rm(join(folder, TAKEOVER), { force: true });
  }
}

/** @throws {RunFolderError} naming who holds a folder's lock, if that process lives */
export async function refuseLive(folder: string, name = NAME): Promise<void> {
  const holder = await readHolder(folder, name);
  if (holder === undefined || !lives(holder)) return;
  const elsewhere = holder.host === hostname() ? '' : `; if that process is gone, remove ${join(folder, name)}`;
  throw new RunFolderError(`${folder} is in use by process ${holder.pid} on ${holder.host}${elsewhere}`);
}

/** Creates `name` with `draft`'s content in one indivisible act; false where it exists. */
async function linked(draft: string, name: string): Promise<boolean> {
  try {
    await link(draft, name);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function readHolder(folder: string, name = NAME): Promise<LockHolder | undefined> {
  try {
    return lockHolder.parse(JSON.parse(await readFile(join(folder, name), 'utf8')));
  } catch {
    // A lock appears whole: an unreadable one is the ruin of a crash, and nobody's.
    return undefined;
  }
}

function lives(holder: LockHolder): boolean {
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false;
  }
  const started = startOf(holder.pid);
  return holder.started === null || started === null || started === holder.started;
}

/** On Linux the boot's id and the clock tick in which a process began; null elsewhere. */
function startOf(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses and may hold anything; starttime is the 20th after it.
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return start === undefined ? null : `${boot}/${start}`;
  } catch {
    return null;
  }
}
