import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { removePartialFiles } from './atomic-write.js';
import { CHECKPOINTS_FOLDER } from './files.js';
import { lockFolder } from './lock.js';
import { locateRun } from './paths.js';
import { writingError } from './run-folder-error.js';

/** The right to continue a run, held by no other process. */
export interface RunClaim {
  readonly folder: string;
  release(): Promise<void>;
}

/**
 * Claims a run whose process has ended, before it is decided whether and where it goes on. What a killed process has left half-written is
 * removed: nobody else would do that where the run does not go on.
 *
 * @throws {RunFolderError} if there is no such run, a process that may be alive is writing it, or its folder can't be written
 */
export async function claimRun(runsDirectory: string, id: string): Promise<RunClaim> {
  const folder = await locateRun(runsDirectory, id);
  try {
    const lock = await lockFolder(folder);
    try {
      await removePartialFiles(folder);
      const checkpoints = join(folder, CHECKPOINTS_FOLDER);
      // Neither what is not there nor what a link leads to.
      const found = await lstat(checkpoints).catch(() => undefined);
      if (found?.isDirectory()) await removePartialFiles(checkpoints);
      return { folder, ...lock };
    } catch (error) {
      await lock.release();
      throw error;
    }
  } catch (error) {
    throw writingError(folder, error);
  }
}
