import { open, type FileHandle } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The prototype of all open files, on which a test can replace a method. */
export async function fileHandles(): Promise<FileHandle> {
  const handle = await open(fileURLToPath(import.meta.url), 'r');
  await handle.close();
  return Object.getPrototypeOf(handle) as FileHandle;
}
