import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '@fdr/records';
import { writeFileAtomically } from './atomic-write.js';
import { CHECKPOINTS_FOLDER, COMMANDS_FILE, EPOCHS_FILE, EVENTS_FILE, RUN_FILE, STEPS_FILE } from './files.js';
import { lockFolder, type Lock } from './lock.js';
import { encodeRun } from './run-document.js';
import { errorCode, RunFolderError } from './run-folder-error.js';

/**
 * Makes the folder of a new run with its files, all empty but `run.json`.
 *
 * @returns the lock of the folder
 * @throws {RunFolderError} if the folder exists, or can't be created or written, naming its path
 */
export async function createRunFolder(runsDirectory: string, folder: string, run: Run): Promise<Lock> {
  let step: 'directory' | 'folder' | 'files' = 'directory';
  let lock: Lock | undefined;
  try {
    await mkdir(runsDirectory, { recursive: true });
    step = 'folder';
    await mkdir(folder);
    step = 'files';
    lock = await lockFolder(folder);
    await mkdir(join(folder, CHECKPOINTS_FOLDER));
    for (const name of [EPOCHS_FILE, EVENTS_FILE, COMMANDS_FILE, STEPS_FILE])
      await writeFileAtomically(join(folder, name), []);
    // The last file: a folder without it is no run yet.
    await writeFileAtomically(join(folder, RUN_FILE), [encodeRun(run)]);
    return lock;
  } catch (error) {
    await lock?.release();
    if (step === 'files') await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    if (error instanceof RunFolderError) throw error;
    if (step === 'folder' && errorCode(error) === 'EEXIST') {
      throw new RunFolderError(`${folder} exists already`, { cause: error });
    }
    const reason = errorCode(error) ?? String(error);
    throw new RunFolderError(`can't make the run folder ${folder} (${reason})`, { cause: error });
  }
}
