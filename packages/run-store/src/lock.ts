import { randomBytes } from 'node:crypto';
import { link, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from './atomic-write.js';
import { holderLiveness, ownHolder, parseLockHolder, type LockHolder } from './lock-holder.js';
import { askLockSocket, openLockSocket } from './lock-socket.js';
import { openRunFile, readAt } from './paths.js';
import { errorCode, RunFolderError } from './run-folder-error.js';

const LOCK_FILE = 'lock';
/** A lock has some two hundred bytes. */
const MAX_LOCK_BYTES = 16 * 1024;
const SOCKET_FILE = /^lock\.([0-9a-f]{12})\.sock$/;
const UNFINISHED_FILE = /^lock\..+\.takeover$|^\.lock\..+\.partial$/;

/** The right to write a folder. */
export interface Lock {
  /**
   * Removes the lock, unless another process has replaced it. Never rejects: a lock that the file system does not let go
   * is replaced by another process once this one has ended.
   */
  release(): Promise<void>;
}

/** A lock before it is put into its place. */
interface Draft {
  readonly path: string;
  readonly text: string;
}

/**
 * Makes this process the only writer of a folder. The holder listens at a socket in the folder, which the kernel closes when the
 * process ends: this is seen from every container of the machine. The lock of a process that is gone is replaced. One from another
 * machine is not, because nobody here can know whether its process lives.
 *
 * On a network file system two machines are kept apart only as well as it creates a link in one step.
 *
 * @throws {RunFolderError} if the folder is locked, naming the process, or can't be written
 */
export async function lockFolder(folder: string): Promise<Lock> {
  const own = ownHolder(randomBytes(6).toString('hex'));
  const draft = { path: join(folder, `.lock.${own.key}.partial`), text: JSON.stringify(own) };
  // The socket comes first: a lock never appears before its holder can be seen to live.
  const socket = await openLockSocket(folder, own.key);
  try {
    await writeFile(draft.path, draft.text, { flag: 'wx' });
    await claim(folder, draft, LOCK_FILE).catch((error: unknown) => throwClaimError(folder, error));
  } catch (error) {
    await socket.close().catch(() => undefined);
    throw lockError(folder, error);
  } finally {
    await rm(draft.path, { force: true }).catch(() => undefined);
  }
  await removeLeftovers(folder, own).catch(() => undefined);
  return {
    release: async () => {
      await removeOwn(folder, own).catch(() => undefined);
      await socket.close().catch(() => undefined);
    },
  };
}

async function removeOwn(folder: string, own: LockHolder): Promise<void> {
  if ((await readHolder(folder, LOCK_FILE))?.key === own.key) await rm(join(folder, LOCK_FILE), { force: true });
}

/** The process that holds a folder's lock and may be alive; undefined if there is none. */
export async function activeLockHolder(folder: string): Promise<LockHolder | undefined> {
  const holder = await readHolder(folder, LOCK_FILE).catch(nobodyIfNoLock);
  return holder === undefined || (await holderLiveness(folder, holder)) === 'gone' ? undefined : holder;
}

/**
 * Removes the lock of a process on another machine, of which nobody here can know whether it lives. For a caller who knows from elsewhere that it has
 * ended, as a batch system does of a job that it starts again after its node was lost. Any other lock stays.
 */
export async function removeForeignLock(folder: string): Promise<void> {
  const holder = await readHolder(folder, LOCK_FILE).catch(nobodyIfNoLock);
  if (holder !== undefined && (await holderLiveness(folder, holder)) === 'unknown')
    await rm(join(folder, LOCK_FILE), { force: true });
}

/** For what is in the place of a lock and is none: a folder, a pipe, a link. @throws the error of a lock that can't be read */
function nobodyIfNoLock(error: unknown): undefined {
  const cannotBeRead = error instanceof RunFolderError && errorCode(error.cause) === 'EACCES';
  if (cannotBeRead || !(error instanceof RunFolderError)) throw error;
}

/** @throws {RunFolderError} if a process that may be alive holds a folder's lock, naming the process */
export async function assertUnlocked(folder: string): Promise<void> {
  const holder = await readHolder(folder, LOCK_FILE);
  if (holder !== undefined) await assertGone(folder, LOCK_FILE, holder);
}

async function assertGone(folder: string, name: string, holder: LockHolder): Promise<void> {
  const liveness = await holderLiveness(folder, holder);
  if (liveness === 'gone') return;
  const advice = liveness === 'alive' ? '' : `; if that process is gone, remove ${join(folder, name)}`;
  throw new RunFolderError(`${folder} is in use by process ${holder.pid} on ${holder.host}${advice}`);
}

/**
 * Makes the draft the file `name`, or the successor of the process that holds it and is gone. Who replaces a lock holds the
 * takeover of its key meanwhile, which is claimed in the same way: so two processes can't both replace it, and a process
 * that dies while it does is replaced itself.
 */
async function claim(folder: string, draft: Draft, name: string): Promise<void> {
  const path = join(folder, name);
  while (!(await tryLink(draft, path))) {
    const text = await readLock(folder, name);
    // It was released in this moment.
    if (text === undefined) continue;
    const holder = parseLockHolder(text);
    if (holder !== undefined) await assertGone(folder, name, holder);
    const takeover = `lock.${holder?.key ?? 'unreadable'}.takeover`;
    if (takeover === name) throw new RunFolderError(`${path} is damaged; remove it`);
    await claim(folder, draft, takeover);
    try {
      // Only now can no other process replace it. One may have done so before.
      if ((await readLock(folder, name)) !== text) continue;
      await writeFileAtomically(path, [Buffer.from(draft.text)]);
      return;
    } finally {
      await rm(join(folder, takeover), { force: true });
    }
  }
}

/** Creates `path` with the draft's content in one step; false if it exists. */
async function tryLink(draft: Draft, path: string): Promise<boolean> {
  try {
    await link(draft.path, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes what killed processes have left. While this process holds the lock, the attempts of all others are void: one that is under
 * way finds its file gone and fails.
 */
async function removeLeftovers(folder: string, own: LockHolder): Promise<void> {
  for (const name of await readdir(folder)) {
    const key = SOCKET_FILE.exec(name)?.[1];
    const isSilent = key !== undefined && key !== own.key && (await askLockSocket(folder, key)) === 'gone';
    if (isSilent || UNFINISHED_FILE.test(name)) await rm(join(folder, name), { force: true });
  }
}

async function readHolder(folder: string, name: string): Promise<LockHolder | undefined> {
  const text = await readLock(folder, name);
  return text === undefined ? undefined : parseLockHolder(text);
}

/** The text of a lock; undefined if there is none. */
async function readLock(folder: string, name: string): Promise<string | undefined> {
  const file = await openRunFile(folder, name);
  try {
    return file && (await readAt(file, 0, MAX_LOCK_BYTES)).toString('utf8');
  } finally {
    await file?.close();
  }
}

/** A file that is gone was removed by the process that has locked the folder. */
function throwClaimError(folder: string, error: unknown): never {
  if (errorCode(error) !== 'ENOENT') throw error;
  throw new RunFolderError(`${folder} is being locked by another process`, { cause: error });
}

/** What the file system refuses, in one line. */
function lockError(folder: string, error: unknown): unknown {
  const code = errorCode(error);
  if (error instanceof RunFolderError || code === undefined) return error;
  const message = `${folder} can't be locked (${code}): it must be writable, on a file system with hard links and space left`;
  return new RunFolderError(message, { cause: error });
}
