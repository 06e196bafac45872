import { open } from 'node:fs/promises';
import { errorCode } from './run-folder-error.js';

/** Errors of file systems that can't flush a folder, though they can be written: some of FUSE, CIFS, 9p. A broken disk has others. */
const CANNOT_FLUSH: ReadonlySet<string | undefined> = new Set([
  'EINVAL',
  'ENOSYS',
  'ENOTSUP',
  'EPERM',
  'EACCES',
  'EBADF',
  'EISDIR',
]);

/**
 * Flushes a folder to the disk, so that the names in it last. Where the file system can't do that, the names last as long as it keeps them.
 *
 * @returns the error's code where the file system can't; undefined where the folder is flushed
 * @throws the file system's other errors
 */
export async function flushFolder(folder: string): Promise<string | undefined> {
  // Windows can't open a folder. Its renames are as durable as they can be there.
  if (process.platform === 'win32') return undefined;
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    return undefined;
  } catch (error) {
    const code = errorCode(error);
    if (!CANNOT_FLUSH.has(code)) throw error;
    return code;
  }
}
