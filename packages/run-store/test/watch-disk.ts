import { constants } from 'node:fs';
import fs, { open, type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

type Functions = Record<string, (this: unknown, ...args: unknown[]) => Promise<unknown>>;

const CHANGING = ['open', 'mkdir', 'rename', 'rm', 'link', 'writeFile'];
const isForReading = (flags: unknown): boolean =>
  flags === undefined ||
  flags === 'r' ||
  (typeof flags === 'number' && (flags & (constants.O_WRONLY | constants.O_RDWR | constants.O_CREAT)) === 0);

/**
 * Calls `before` at each point where a process may be interrupted while `work` is done: before each operation that changes the disk, and
 * between the parts of what is written to an open file, of which the system takes half at a time. What `before` throws is what the operation fails with.
 */
export async function watchDisk<Result>(before: () => void, work: () => Promise<Result>): Promise<Result> {
  const sample = await open(process.execPath);
  const handles = Object.getPrototypeOf(sample) as Functions;
  await sample.close();
  const files = fs as unknown as Functions;
  const originals = { ...files };
  const { writeFile, truncate, sync } = handles as unknown as FileHandle;
  const write = handles['write']!;

  for (const name of CHANGING)
    files[name] = async (...args) => {
      if (name !== 'open' || !isForReading(args[1])) before();
      return originals[name]!(...args);
    };
  handles['write'] = async function (bytes, from = 0, length = (bytes as Buffer).length, at = null) {
    before();
    const part = Math.ceil((length as number) / 2);
    return write.call(this, bytes, from, part, at);
  };
  handles['writeFile'] = async function (bytes) {
    const whole = bytes as Buffer;
    const half = Math.floor(whole.length / 2);
    for (const part of [whole.subarray(0, half), whole.subarray(half)]) {
      before();
      await writeFile.call(this as FileHandle, part);
    }
  };
  handles['truncate'] = async function (length) {
    before();
    return truncate.call(this as FileHandle, length as number);
  };
  handles['sync'] = async function () {
    before();
    return sync.call(this as FileHandle);
  };
  syncBuiltinESMExports();
  try {
    return await work();
  } finally {
    Object.assign(files, Object.fromEntries(CHANGING.map((name) => [name, originals[name]])));
    Object.assign(handles, { write, writeFile, truncate, sync });
    syncBuiltinESMExports();
  }
}
