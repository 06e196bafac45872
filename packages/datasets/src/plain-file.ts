import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { DatasetError, refuseUnreadable } from './dataset-error.js';

/**
 * Opens a file, hands it with its size in bytes to `use`, and closes it.
 *
 * @param expected what should lie there, for the error
 * @throws DatasetError when it can't be read or is not a plain file
 */
export async function withPlainFile<Result>(
  path: string,
  expected: string,
  use: (file: FileHandle, size: number) => Promise<Result>,
): Promise<Result> {
  const file = await open(path).catch((error: unknown) => refuseUnreadable(path, expected, error));
  try {
    const information = await file.stat();
    if (!information.isFile()) {
      const found = information.isDirectory() ? 'a folder' : 'something that is not a plain file';
      throw new DatasetError({ path, expected: 'a plain file', found });
    }
    return await use(file, information.size);
  } catch (error) {
    return refuseUnreadable(path, expected, error);
  } finally {
    await file.close();
  }
}

/** Fills `bytes` from the file's beginning. */
export async function readInto(file: FileHandle, bytes: Uint8Array, path: string): Promise<void> {
  let position = 0;
  while (position < bytes.length) {
    const { bytesRead } = await file.read(bytes, position, bytes.length - position, position);
    if (bytesRead === 0) {
      throw new DatasetError({ path, expected: `${bytes.length} bytes`, found: `${position}, it shrank meanwhile` });
    }
    position += bytesRead;
  }
}

/** Reads a file whole and throws as {@link verifySha256} does. */
export async function verifyFile(path: string, sha256: string, advice: string): Promise<void> {
  await withPlainFile(path, `SHA-256 ${sha256}`, async (file, size) => {
    const bytes = new Uint8Array(size);
    await readInto(file, bytes, path);
    verifySha256(bytes, sha256, path, advice);
  });
}

/** @throws DatasetError when the SHA-256 of the bytes, lower-case hexadecimal, is another one */
export function verifySha256(bytes: Uint8Array, sha256: string, path: string, advice: string): void {
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) throw new DatasetError({ path, expected: `SHA-256 ${sha256}`, found, advice });
}
