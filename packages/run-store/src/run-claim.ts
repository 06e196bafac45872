import { lockFolder } from './lock.js';
import { locateRun } from './paths.js';
import { writingError } from './run-folder-error.js';

/** The right to continue a run, held by no other process. */
export interface RunClaim {
  readonly folder: string;
  release(): Promise<void>;
}

/**
 * Claims a run whose process has ended, before it is decided where it goes on.
 *
 * @throws {RunFolderError} if there is no such run, a process that may be alive is writing it, or its folder can't be written
 */
export async function claimRun(runsDirectory: string, id: string): Promise<RunClaim> {
  const folder = await locateRun(runsDirectory, id);
  try {
    return { folder, ...(await lockFolder(folder)) };
  } catch (error) {
    throw writingError(folder, error);
  }
}
