import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from './atomic-write.js';
import { errorCode } from './run-folder-error.js';

const FILL_BLOCK = 16_384;

interface Append {
  readonly kind: 'append';
  readonly file: string;
  readonly bytes: Uint8Array;
  /** What stands in the file for these bytes if they have to be given up; nothing where it is undefined. */
  readonly filler: Uint8Array | undefined;
}
interface Fill {
  readonly kind: 'fill';
  readonly file: string;
  readonly filler: Uint8Array;
  length: number;
}
interface Replace {
  readonly kind: 'replace';
  readonly file: string;
  readonly bytes: Uint8Array;
}
type Entry = Append | Fill | Replace;

export interface WriteQueueOptions {
  readonly folder: string;
  /** Bytes kept in memory while the disk refuses them; beyond that the oldest are given up. */
  readonly limit: number;
  /** Milliseconds before a refused write is tried again; doubled with each refusal, up to 30 s. */
  readonly retryAfter: number;
  /** Told once when writing begins to fail, and once when it works again. */
  readonly warn: (message: string) => void;
}

export interface Losses {
  /** Appends given up, by file. */
  readonly lost: Readonly<Record<string, number>>;
  /** What still could not be written at the end, as the file system said it; undefined where all stands. */
  readonly error: string | undefined;
}

/**
 * Writes to the files of one folder in the order asked, off the caller's path: asking never waits and never throws. A full
 * disk, a quota or a read-only file system is waited out with a bounded backlog.
 */
export interface WriteQueue {
  append(file: string, bytes: Uint8Array, filler?: Uint8Array): void;
  /** Replaces a whole file; a later content overtakes an earlier one that still waits. */
  replace(file: string, bytes: Uint8Array): void;
  /** Resolves when all that was asked so far is written, or when the disk refuses. */
  settled(): Promise<void>;
  /** Tries once more what was refused, then stops. */
  close(): Promise<Losses>;
}

export function createWriteQueue({ folder, limit, retryAfter, warn }: WriteQueueOptions): WriteQueue {
  const entries: Entry[] = [];
  const lost: Record<string, number> = {};
  let backlog = 0;
  /** Bytes of the first entry that stand in its file already. */
  let done = 0;
  let working: Promise<void> | undefined;
  let retry: NodeJS.Timeout | undefined;
  let refusals = 0;
  let refusal: string | undefined;

  async function writeFirst(entry: Entry): Promise<void> {
    if (entry.kind === 'replace') return replaceFile(join(folder, entry.file), [entry.bytes]);
    const file = await open(join(folder, entry.file), 'a');
    try {
      const length = entry.kind === 'fill' ? () => entry.length : () => entry.bytes.length;
      while (done < length()) {
        const piece = entry.kind === 'fill' ? fillerFrom(entry, done) : entry.bytes.subarray(done);
        done += (await file.write(piece)).bytesWritten;
      }
    } finally {
      await file.close();
    }
  }

  async function work(): Promise<void> {
    try {
      for (let entry = entries[0]; entry !== undefined; entry = entries[0]) {
        await writeFirst(entry);
        entries.shift();
        done = 0;
        if (entry.kind !== 'fill') backlog -= entry.bytes.length;
      }
      if (refusal !== undefined) warn(`writing to ${folder} works again${lossText(lost)}`);
      refusal = undefined;
      refusals = 0;
    } catch (error) {
      const reason = errorCode(error) ?? String(error);
      if (refusal === undefined) {
        warn(`can't write to ${folder} (${reason}): keeping records in memory and trying again`);
      }
      refusal = reason;
      retry = setTimeout(
        () => {
          retry = undefined;
          start();
        },
        Math.min(retryAfter * 2 ** refusals++, 30_000),
      );
      // What waits for the disk must not keep a finished process alive: close() decides that.
      retry.unref();
    }
  }

  function start(): void {
    if (working !== undefined || retry !== undefined || entries.length === 0) return;
    working = work().finally(() => {
      working = undefined;
      start();
    });
  }

  /** Gives up the oldest appends, but for the first entry, which may be half written. */
  function shed(): void {
    for (let i = 1; backlog > limit && i < entries.length;) {
      const entry = entries[i];
      if (entry?.kind !== 'append') {
        i++;
        continue;
      }
      backlog -= entry.bytes.length;
      lost[entry.file] = (lost[entry.file] ?? 0) + 1;
      if (entry.filler === undefined) {
        entries.splice(i, 1);
        continue;
      }
      const { file, filler } = entry;
      const fill = entries.slice(1, i).find((earlier) => earlier.kind === 'fill' && earlier.file === file);
      if (fill?.kind === 'fill') {
        fill.length += entry.bytes.length;
        entries.splice(i, 1);
      } else {
        entries[i++] = { kind: 'fill', file, filler, length: entry.bytes.length };
      }
    }
  }

  function add(entry: Append | Replace): void {
    entries.push(entry);
    backlog += entry.bytes.length;
    if (backlog > limit) shed();
    start();
  }

  return {
    append: (file, bytes, filler) => {
      add({ kind: 'append', file, bytes, filler });
    },
    replace: (file, bytes) => {
      const waiting = entries.findIndex((entry, i) => i > 0 && entry.kind === 'replace' && entry.file === file);
      const [overtaken] = waiting > 0 ? entries.splice(waiting, 1) : [];
      if (overtaken?.kind === 'replace') backlog -= overtaken.bytes.length;
      add({ kind: 'replace', file, bytes });
    },
    settled: async () => {
      while (working !== undefined) await working;
    },
    close: async () => {
      while (working !== undefined) await working;
      clearTimeout(retry);
      retry = undefined;
      if (entries.length > 0) await work();
      clearTimeout(retry);
      return { lost, error: refusal };
    },
  };
}

function fillerFrom({ filler, length: total }: Fill, done: number): Uint8Array {
  const length = Math.min(total - done, FILL_BLOCK);
  return Uint8Array.from({ length }, (_, i) => filler[(done + i) % filler.length] ?? 0);
}

function lossText(lost: Readonly<Record<string, number>>): string {
  const parts = Object.entries(lost).map(([file, count]) => `${count} appends to ${file}`);
  return parts.length === 0 ? '' : `; given up meanwhile: ${parts.join(', ')}`;
}
