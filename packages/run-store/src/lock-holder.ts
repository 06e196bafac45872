import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';
import { askLockSocket, type Liveness } from './lock-socket.js';
import { networkFileSystem } from './network-file-system.js';
import { errorCode } from './run-folder-error.js';

const lockHolder = z.object({
  pid: z.int().min(1),
  host: z.string(),
  /** Tells the kernel that runs the process from every other, and from the same machine's earlier ones. */
  boot: z.string().nullable(),
  /** The PID namespace in which the process has its pid. */
  namespace: z.string().nullable(),
  /** The clock tick in which the process started: tells it from a later one with the same pid. */
  started: z.string().nullable(),
  /** Tells a lock from every other one; names the socket at which its holder listens. */
  key: z.string().regex(/^[0-9a-f]{12}$/),
});

/** The process that holds a lock. What the system does not report is null: on Linux it reports everything. */
export type LockHolder = Readonly<z.infer<typeof lockHolder>>;

/** This process, as the holder of a lock with this key. */
export function ownHolder(key: string): LockHolder {
  return {
    pid: process.pid,
    host: hostname(),
    boot: bootId(),
    namespace: pidNamespace(),
    started: processStat(process.pid)?.started ?? null,
    key,
  };
}

/** The holder that a lock names. Undefined if it is unreadable: a lock appears as a whole, so this is what a crash has left. */
export function parseLockHolder(text: string): LockHolder | undefined {
  try {
    return lockHolder.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Whether the process that holds a lock in a folder lives. */
export async function holderLiveness(folder: string, holder: LockHolder): Promise<Liveness> {
  const boot = bootId();
  const isSameHost = holder.host === hostname();
  if (holder.boot !== boot || (boot === null && !isSameHost)) {
    const wasRestarted = isSameHost && holder.boot !== null && boot !== null;
    // Nobody but this machine writes to its own disks. Two machines with one name may share a network file system.
    return wasRestarted && (await networkFileSystem(folder)) === undefined ? 'gone' : 'unknown';
  }
  const answer = await askLockSocket(folder, holder.key);
  if (answer === 'alive') return 'alive';
  // A network file system that is mounted twice has two inodes for one socket, and the one that is asked may be the wrong one.
  if (answer === 'gone' && (await networkFileSystem(folder)) === undefined) return 'gone';
  return processLiveness(holder);
}

/** What the process table says, where a socket can't be asked. It shows the processes of one namespace. */
function processLiveness({ pid, namespace, started }: LockHolder): Liveness {
  if (namespace !== pidNamespace()) return 'unknown';
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return 'gone';
  }
  const stat = processStat(pid);
  if (stat === undefined || started === null) return 'unknown';
  // Z and X: it has ended and its parent has not taken notice, or only its first thread has ended.
  const hasEnded = /[ZX]/.test(stat.state) && stat.threads <= 1;
  return hasEnded || stat.started !== started ? 'gone' : 'alive';
}

function bootId(): string | null {
  return orNull(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
}

function pidNamespace(): string | null {
  return orNull(() => readlinkSync('/proc/self/ns/pid'));
}

interface ProcessStat {
  readonly state: string;
  readonly threads: number;
  readonly started: string;
}

function processStat(pid: number): ProcessStat | undefined {
  const stat = orNull(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The second field is the program's name in parentheses and may hold anything. The state is the third.
  const fields = ['', ...(stat?.slice(stat.lastIndexOf(')')).split(' ') ?? [])];
  const { 2: state, 19: threads, 21: started } = fields;
  return state === undefined || started === undefined ? undefined : { state, threads: Number(threads), started };
}

/** Null where the system has no such file. */
function orNull(read: () => string): string | null {
  try {
    return read();
  } catch {
    return null;
  }
}
