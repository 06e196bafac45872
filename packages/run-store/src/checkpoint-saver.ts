import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { removePartialFiles } from './atomic-write.js';
import { checkpointPath, listCheckpoints } from './checkpoint-files.js';
import { writeCheckpoint, type Checkpoint } from './checkpoint.js';
import { CHECKPOINTS_FOLDER } from './files.js';

/** Two, so that an older one is left if the newest one turns out to be damaged. */
const ROLLING_KEPT = 2;

/** Saves a run's checkpoints one after another. */
export interface CheckpointSaver {
  /**
   * Saves a checkpoint after those requested before it.
   *
   * @param rolling whether it is deleted once two newer rolling ones or a permanent one are complete
   * @returns the file's path
   * @throws the file system's error; earlier checkpoints remain
   */
  save(step: number, checkpoint: Checkpoint, rolling: boolean): Promise<string>;
  /** Resolves once every checkpoint requested so far is saved or has failed. */
  settled(): Promise<void>;
}

/**
 * Only the run's one writer may use it.
 *
 * @param beforeSave is awaited before each checkpoint is written
 */
export function createCheckpointSaver(runFolder: string, beforeSave: () => Promise<void>): CheckpointSaver {
  let settled: Promise<void> = Promise.resolve();
  /** Paths of the rolling checkpoints that exist, the oldest first. */
  let rollingPaths: readonly string[] = [];

  async function save(step: number, checkpoint: Checkpoint, rolling: boolean): Promise<string> {
    await beforeSave();
    const folder = join(runFolder, CHECKPOINTS_FOLDER);
    await mkdir(folder, { recursive: true });
    await removePartialFiles(folder);
    const path = checkpointPath(runFolder, step);
    // A permanent checkpoint remains permanent even if a rolling one of the same step replaces it.
    const isPermanent =
      !rolling || (!rollingPaths.includes(path) && (await listCheckpoints(runFolder)).some((one) => one.step === step));
    await writeCheckpoint(path, checkpoint);
    const earlier = rollingPaths.filter((one) => one !== path);
    rollingPaths = rolling ? [...earlier.slice(1 - ROLLING_KEPT), ...(isPermanent ? [] : [path])] : [];
    for (const one of earlier) if (!rollingPaths.includes(one)) await rm(one, { force: true });
    return path;
  }

  return {
    save: (step, checkpoint, rolling) => {
      // One after another: a save removes partial files, so no other may be writing one.
      const saved = settled.then(() => save(step, checkpoint, rolling));
      settled = saved.then(
        () => undefined,
        () => undefined,
      );
      return saved;
    },
    settled: () => settled,
  };
}
