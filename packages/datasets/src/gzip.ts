import type { FileHandle } from 'node:fs/promises';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { DatasetError } from './dataset-error.js';

/** Deflate packs at most 1032 bytes into one: a header that promises more is wrong. */
export const LARGEST_DEFLATE_RATIO = 1032;

/**
 * Unpacks as much of a gzip stream as its first bytes hold.
 *
 * @param path of the file, for the error
 * @throws DatasetError when the stream is damaged
 */
export function unpackStart(start: Uint8Array, path: string): Uint8Array {
  try {
    return gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (error) {
    return throwDamaged(path, error, 0);
  }
}

/**
 * Unpacks a gzip file into `target`, which it must fill exactly.
 *
 * @param size bytes of the packed file
 * @throws DatasetError when the stream is damaged or cut, holds more or fewer bytes, or is followed by others
 */
export async function unpackFile(file: FileHandle, size: number, target: Uint8Array, path: string): Promise<void> {
  const expected = `a gzip stream of ${target.length} bytes`;
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  const packed = file.createReadStream({ start: 0, autoClose: false, highWaterMark: 1 << 18 });
  packed.once('error', (error) => gunzip.destroy(error));
  packed.pipe(gunzip);
  let position = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Uint8Array>) {
      if (position + chunk.length > target.length) throw new DatasetError({ path, expected, found: 'more bytes' });
      target.set(chunk, position);
      position += chunk.length;
    }
  } catch (error) {
    throwDamaged(path, error, position);
  } finally {
    packed.destroy();
    gunzip.destroy();
  }
  if (position !== target.length) throw new DatasetError({ path, expected, found: `${position} bytes` });
  const surplus = size - gunzip.bytesWritten;
  if (surplus !== 0) throw new DatasetError({ path, expected, found: `${surplus} more bytes after its end` });
}

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

/** @throws DatasetError for an error of zlib; `error` itself when it is anything else */
function throwDamaged(path: string, error: unknown, unpacked: number): never {
  if (!isZlibError(error)) throw error;
  const found = `a damaged one (${error.message}, after ${unpacked} bytes)`;
  const advice = 'download the file again';
  throw new DatasetError({ path, expected: 'a whole gzip stream', found, advice }, { cause: error });
}
