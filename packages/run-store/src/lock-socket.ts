import { once } from 'node:events';
import { open, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { errorCode } from './run-folder-error.js';

/** Whether a process lives, as far as it can be known here. */
export type Liveness = 'alive' | 'gone' | 'unknown';

/** Keeps the holder of a lock visible to others: the kernel closes it when the process ends. */
export interface LockSocket {
  close(): Promise<void>;
}

/** Bytes that the path of a socket may have: 107 on Linux, 103 on macOS. */
const LONGEST_PATH = 103;

/** The socket's name in the locked folder. */
export function socketName(key: string): string {
  return `lock.${key}.sock`;
}

/**
 * Listens in a folder until this process ends, which does not wait for it. Where the file system has no sockets nobody listens, and
 * whoever asks learns nothing. A file system that refuses every file refuses the lock file too, and says why.
 */
export async function openLockSocket(folder: string, key: string): Promise<LockSocket> {
  const server = createServer({ pauseOnConnect: true }, (connection) => connection.destroy());
  // A process that is out of file descriptors can't accept. Those who ask are connected by the kernel all the same.
  server.on('error', () => undefined);
  try {
    await atSocket(folder, key, async (path) => {
      // Another user may ask too.
      server.listen({ path, writableAll: true });
      await once(server, 'listening');
    });
    server.unref();
  } catch (error) {
    // A named pipe needs no file system, and one that is missing means that its process is gone.
    if (process.platform === 'win32') throw error;
  }
  return {
    close: async () => {
      server.close();
      await rm(join(folder, socketName(key)), { force: true });
    },
  };
}

/** Asks the kernel whether the process that listens for a lock lives; reaped or not, and in whatever namespace it is. */
export async function askLockSocket(folder: string, key: string): Promise<Liveness> {
  try {
    await atSocket(folder, key, async (path) => {
      const connection = connect(path);
      try {
        await once(connection, 'connect');
      } finally {
        connection.destroy();
      }
    });
    return 'alive';
  } catch (error) {
    return refusal(errorCode(error));
  }
}

/** What it means that nobody could be reached. */
function refusal(code: string | undefined): Liveness {
  if (process.platform === 'win32') return code === 'ENOENT' ? 'gone' : 'unknown';
  // The queue is full: its process is stopped. BSD and macOS refuse then as they do when nobody listens.
  if (code === 'EAGAIN') return 'alive';
  return code === 'ECONNREFUSED' && process.platform === 'linux' ? 'gone' : 'unknown';
}

/** Calls `use` with the path at which the socket of a folder can be bound or connected. */
async function atSocket(folder: string, key: string, use: (path: string) => Promise<void>): Promise<void> {
  if (process.platform === 'win32') return use(`\\\\.\\pipe\\fdr-${key}`);
  const path = join(folder, socketName(key));
  if (Buffer.byteLength(path) <= LONGEST_PATH) return use(path);
  // Linux has a short path to every open folder. Elsewhere there is no such path, and so no socket.
  const opened = await open(folder);
  try {
    await use(`/proc/self/fd/${opened.fd}/${socketName(key)}`);
  } finally {
    await opened.close();
  }
}
