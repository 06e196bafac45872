import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { flushFolder } from './folder-flush.js';

const PARTIAL_FILE = /^\..+\.[0-9a-f]{12}\.partial$/;

/**
 * Writes a file as a whole or not at all, even if the power fails. The content goes to a temporary file, which is flushed to
 * the disk and renamed; then the folder is flushed, so that the new name lasts, where its file system can do that.
 *
 * @param path of the file; an existing one is replaced
 * @param chunks written one after another
 * @throws the file system's error; an existing file is then unchanged
 */
export async function writeFileAtomically(
  path: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.partial`);
  try {
    const file = await open(temporary, 'wx');
    try {
      // After a short write, writeFile writes the rest; a single write would leave a torn file.
      for await (const chunk of chunks) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await flushFolder(folder);
}

/** Removes what a killed {@link writeFileAtomically} left in a folder. Only the folder's one writer may call it. */
export async function removePartialFiles(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (PARTIAL_FILE.test(name)) await rm(join(folder, name), { force: true });
  }
}
