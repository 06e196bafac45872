import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CHECKPOINTS_FOLDER } from './files.js';
import { errorCode, RunFolderError } from './run-folder-error.js';

const CHECKPOINT_FILE = /^(\d{1,15})\.safetensors$/;

/** A checkpoint in a run folder. */
export interface CheckpointFile {
  /** The step at which it was taken. */
  readonly step: number;
  readonly path: string;
}

/** The path of a run's checkpoint of a step, whether or not there is one. */
export function checkpointPath(runFolder: string, step: number): string {
  return join(runFolder, CHECKPOINTS_FOLDER, `${step}.safetensors`);
}

/**
 * The checkpoints of a run in ascending order of steps; none if it has no folder for them.
 *
 * @throws {RunFolderError} if something else is in the folder's place, a link included, or it can't be read
 */
export async function listCheckpoints(runFolder: string): Promise<CheckpointFile[]> {
  const folder = join(runFolder, CHECKPOINTS_FOLDER);
  try {
    if (!(await lstat(folder)).isDirectory()) throw new RunFolderError(`${CHECKPOINTS_FOLDER} is not a folder`);
    const names = await readdir(folder);
    return names
      .flatMap((name) => CHECKPOINT_FILE.exec(name)?.[1] ?? [])
      .map((step) => ({ step: Number(step), path: join(folder, `${step}.safetensors`) }))
      .sort((a, b) => a.step - b.step);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return [];
    if (code === undefined) throw error;
    throw new RunFolderError(`${CHECKPOINTS_FOLDER} can't be read (${code})`, { cause: error });
  }
}
