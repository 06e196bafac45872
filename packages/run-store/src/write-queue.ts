import { constants } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from './atomic-write.js';
import { createBackoff } from './backoff.js';
import { openForWriting } from './paths.js';
import { errorCode } from './run-folder-error.js';
import { createWriteBacklog, type Append, type Fill } from './write-backlog.js';

const O_APPEND_TO = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT;
const FILL_CHUNK = 16_384;

/** How a queue writes. */
export interface WriteQueueOptions {
  readonly folder: string;
  /** Bytes kept in memory while the disk refuses them; beyond that the oldest appends are dropped. */
  readonly limit: number;
  /** Milliseconds before a refused write is tried again; doubled with each failure, up to 30 s. */
  readonly retryAfter: number;
  /** Called once when writing begins to fail, and once when it works again. */
  readonly warn: (message: string) => void;
}

/** What could not be written. */
export interface Losses {
  /** How many appends were dropped, by file. */
  readonly lost: Readonly<Record<string, number>>;
  /** The file system's error of what could not be written at the end; undefined if everything is written. */
  readonly error: string | undefined;
}

/**
 * Writes to the files of one folder in the order of the calls and without delaying the caller: calls never wait and never
 * throw. While a disk is full, over quota or read-only, a bounded backlog waits for it.
 */
export interface WriteQueue {
  /** @param filler is repeated in place of the bytes if they have to be dropped */
  append(file: string, bytes: Uint8Array, filler?: Uint8Array): void;
  /** Replaces a whole file. An earlier replacement that still waits is left out. */
  replace(file: string, bytes: Uint8Array): void;
  /** Resolves once everything requested so far is written, or the disk refuses it. */
  settled(): Promise<void>;
  /**
   * Resolves once everything requested so far would survive a power failure, or the disk refuses it.
   *
   * @returns the file system's error of what could not be written; undefined if everything is
   */
  sync(): Promise<string | undefined>;
  /** The file system's error of the last write, while it is refused. */
  refusal(): string | undefined;
  /** Tries once more what was refused, then stops. */
  close(): Promise<Losses>;
}

/** Starts an empty queue. The folder must exist. */
export function createWriteQueue({ folder, limit, retryAfter, warn }: WriteQueueOptions): WriteQueue {
  const backlog = createWriteBacklog(limit);
  /** Bytes of the first write that are in its file already. */
  let written = 0;
  let writing: Promise<void> | undefined;
  let failure: string | undefined;
  /** Files that were appended to since they were last flushed to the disk. */
  const appended = new Set<string>();
  const backoff = createBackoff(retryAfter, start);

  async function append(write: Append | Fill): Promise<void> {
    const length = write.kind === 'fill' ? write.length : write.bytes.length;
    const file = await openForWriting(folder, write.file, O_APPEND_TO);
    appended.add(write.file);
    try {
      while (written < length) {
        const chunk = write.kind === 'fill' ? fillerFrom(write, written) : write.bytes.subarray(written);
        written += (await file.write(chunk)).bytesWritten;
      }
    } finally {
      await file.close();
    }
  }

  async function writeAll(): Promise<void> {
    try {
      for (let write = backlog.first(); write !== undefined; write = backlog.first()) {
        if (write.kind === 'replace') await writeFileAtomically(join(folder, write.file), [write.bytes]);
        else await append(write);
        backlog.removeFirst();
        written = 0;
      }
      if (failure !== undefined) warn(`writing to ${folder} works again${lossText(backlog.lost)}`);
      failure = undefined;
      backoff.reset();
    } catch (error) {
      const reason = errorCode(error) ?? String(error);
      if (failure === undefined) warn(refusalText(folder, reason));
      failure = reason;
      backoff.schedule();
    }
  }

  function start(): void {
    if (writing !== undefined || backoff.isWaiting() || backlog.first() === undefined) return;
    writing = writeAll().finally(() => {
      writing = undefined;
      start();
    });
  }

  async function settled(): Promise<void> {
    while (writing !== undefined) await writing;
  }

  return {
    append: (file, bytes, filler) => {
      backlog.append(file, bytes, filler);
      start();
    },
    replace: (file, bytes) => {
      backlog.replace(file, bytes);
      start();
    },
    settled,
    refusal: () => failure,
    sync: async () => {
      await settled();
      return (await syncFiles(folder, appended)) ?? failure;
    },
    close: async () => {
      await settled();
      backoff.cancel();
      if (backlog.first() !== undefined) await writeAll();
      backoff.cancel();
      return { lost: backlog.lost, error: failure };
    },
  };
}

/**
 * Flushes files to the disk, and takes those that are there out of the set.
 *
 * @returns the file system's error at the first that is not
 */
async function syncFiles(folder: string, names: Set<string>): Promise<string | undefined> {
  try {
    for (const name of names) {
      const file = await openForWriting(folder, name, constants.O_WRONLY);
      // Before the flush: what is appended meanwhile has to be flushed again.
      names.delete(name);
      await file
        .sync()
        .catch((error: unknown) => {
          names.add(name);
          throw error;
        })
        .finally(() => file.close());
    }
    return undefined;
  } catch (error) {
    return errorCode(error) ?? String(error);
  }
}

function fillerFrom({ filler, length: total }: Fill, written: number): Uint8Array {
  const length = Math.min(total - written, FILL_CHUNK);
  return Uint8Array.from({ length }, (_, i) => filler[(written + i) % filler.length] ?? 0);
}

function refusalText(folder: string, reason: string): string {
  return `can't write to ${folder} (${reason}): keeping records in memory and trying again`;
}

function lossText(lost: Readonly<Record<string, number>>): string {
  const parts = Object.entries(lost).map(([file, count]) => `${count} appends to ${file}`);
  return parts.length === 0 ? '' : `; lost meanwhile: ${parts.join(', ')}`;
}
