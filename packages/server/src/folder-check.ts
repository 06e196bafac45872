import { stat } from 'node:fs/promises';
import { ServerError } from './server-error.js';

/**
 * Refuses a path where something else than a folder is. A folder that is not there yet may come later.
 *
 * @param holds what the folder holds, in the message
 * @throws {ServerError} if there is something else
 */
export async function requireFolder(path: string, holds: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || found.isDirectory()) return;
  throw new ServerError(
    `${path} is ${found.isFile() ? 'a file' : 'no folder'}, a folder of ${holds} was expected: name another one, or move it away`,
  );
}
