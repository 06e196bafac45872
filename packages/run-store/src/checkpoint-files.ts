import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CHECKPOINTS_FOLDER } from './files.js';
import { errorCode } from './run-folder-error.js';

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

/** The checkpoints of a run in ascending order of steps; none if it has no folder for them. */
export async function listCheckpoints(runFolder: string): Promise<CheckpointFile[]> {
  try {
    const names = await readdir(join(runFolder, CHECKPOINTS_FOLDER));
    return names
      .flatMap((name) => CHECKPOINT_FILE.exec(name)?.[1] ?? [])
      .map((step) => ({ step: Number(step), path: join(runFolder, CHECKPOINTS_FOLDER, `${step}.safetensors`) }))
      .sort((a, b) => a.step - b.step);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
