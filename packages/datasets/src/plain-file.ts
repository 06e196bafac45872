import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { DatasetError, throwUnreadable } from './dataset-error.js';

/**
 * Opens a file, passes it and its size in bytes to `use`, and closes it.
 *
 * @param expected what the file should be, for the error
 * @returns what `use` returns
 * @throws DatasetError when the file can't be read or is not a plain file
 */
export async function withPlainFile<Result>(
  path: string,
  expected: string,
  use: (file: FileHandle, size: number) => Promise<Result>,
): Promise<Result> {
  const file = await open(path).catch((error: unknown) => throwUnreadable(path, expected, error));
  try {
    const stats = await file.stat();
    if (!stats.isFile()) {
      const found = stats.isDirectory() ? 'a folder' : 'something that is not a plain file';
      throw new DatasetError({ path, expected: 'a plain file', found });
    }
    return await use(file, stats.size);
  } catch (error) {
    return throwUnreadable(path, expected, error);
  } finally {
    await file.close();
  }
}

/**
 * Fills `bytes` from the file's beginning.
 *
 * @param path of the file, for the error
 * @throws DatasetError when the file ends before
 */
export async function readInto(file: FileHandle, bytes: Uint8Array, path: string): Promise<void> {
  let position = 0;
  while (position < bytes.length) {
    const { bytesRead } = await file.read(bytes, position, bytes.length - position, position);
    if (bytesRead === 0) {
      const found = `${position}: the file shrank while it was read`;
      throw new DatasetError({ path, expected: `${bytes.length} bytes`, found });
    }
    position += bytesRead;
  }
}

/**
 * Reads a file and checks its SHA-256.
 *
 * @throws DatasetError as {@link verifySha256} does, or when the file can't be read
 */
export async function verifyFile(path: string, sha256: string, advice: string): Promise<void> {
  await withPlainFile(path, `SHA-256 ${sha256}`, async (file, size) => {
    const bytes = new Uint8Array(size);
    await readInto(file, bytes, path);
    verifySha256(bytes, sha256, path, advice);
  });
}

/**
 * Checks the SHA-256 of a file's bytes.
 *
 * @param sha256 lower-case hexadecimal
 * @param path of the file, for the error
 * @param advice what to do about wrong bytes, for the error
 * @throws DatasetError when it is another one
 */
export function verifySha256(bytes: Uint8Array, sha256: string, path: string, advice: string): void {
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) throw new DatasetError({ path, expected: `SHA-256 ${sha256}`, found, advice });
}
