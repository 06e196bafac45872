import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const TEMPORARY = /^\..+\.[0-9a-f]{12}\.partial$/;

/**
 * Puts a file in place whole or not at all, whatever happens in between, a cut of the power included: written under a
 * temporary name, flushed to the disk, renamed, and the folder flushed too, so that the new name lasts.
 *
 * @param chunks written one after another
 * @throws the file system's error; then the old file, if there was one, still stands.
 */
export async function replaceFile(path: string, chunks: readonly Uint8Array[]): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.partial`);
  try {
    const file = await open(temporary, 'wx');
    try {
      // writeFile goes on after a short write, where a single write would leave a torn file behind.
      for (const chunk of chunks) await file.writeFile(chunk);
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

/** Removes what a killed {@link replaceFile} left in a folder; only the folder's one writer may ask for it. */
export async function removePartialFiles(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (TEMPORARY.test(name)) await rm(join(folder, name), { force: true });
  }
}

async function flushFolder(folder: string): Promise<void> {
  // Windows cannot open a folder; its rename is as lasting as it gets there.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
