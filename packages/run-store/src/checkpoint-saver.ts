import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { removePartialFiles } from './atomic-write.js';
import { checkpointPath, listCheckpoints } from './checkpoint-files.js';
import { isFiniteEverywhere, readCheckpointLabel, writeCheckpoint, type Checkpoint } from './checkpoint.js';
import { CHECKPOINTS_FOLDER } from './files.js';
import { refuseLink } from './paths.js';
import { longerRetention, obsoleteCheckpoints, type RetainedCheckpoint, type Retention } from './retention.js';

/** Saves a run's checkpoints one after another. */
export interface CheckpointSaver {
  /**
   * Saves a checkpoint after those requested before it, and deletes those that it makes obsolete. One that is not permanent is left out if a
   * number of its tensors is not finite, or if a later one of its kind is requested before its turn comes.
   *
   * @throws the file system's error; earlier checkpoints remain
   */
  save(step: number, checkpoint: Checkpoint, retention: Retention): Promise<void>;
  /** Resolves once every checkpoint requested so far is saved or has failed. */
  settled(): Promise<void>;
}

/**
 * Only the run's one writer may use it.
 *
 * @param rowsOnDisk is awaited before each checkpoint is written: the rows of `steps.f32` from the one that it gives on are on the disk
 */
export function createCheckpointSaver(runFolder: string, rowsOnDisk: () => Promise<number>): CheckpointSaver {
  let settled: Promise<void> = Promise.resolve();
  /** The complete checkpoints; undefined where the folder has to be read: before the first save, and after one that has failed. */
  let stored: readonly RetainedCheckpoint[] | undefined;
  /** The newest request of each kind. */
  const newest: Partial<Record<Retention, Checkpoint>> = {};

  async function save(step: number, checkpoint: Checkpoint, wanted: Retention): Promise<void> {
    if (wanted !== 'permanent' && newest[wanted] !== checkpoint) return;
    const finite = isFiniteEverywhere(checkpoint.tensors);
    if (wanted !== 'permanent' && !finite) return;
    const rowsFrom = await rowsOnDisk();
    const folder = join(runFolder, CHECKPOINTS_FOLDER);
    await mkdir(folder, { recursive: true });
    await refuseLink(runFolder, CHECKPOINTS_FOLDER);
    await removePartialFiles(folder);
    stored ??= await retainedCheckpoints(runFolder);
    const replaced = stored.find((one) => one.step === step);
    const retention = longerRetention(wanted, replaced?.retention ?? wanted);
    await writeCheckpoint(checkpointPath(runFolder, step), checkpoint, retention, rowsFrom).catch((error: unknown) => {
      // The new file may be there: only the flush of its name has failed.
      stored = undefined;
      throw error;
    });
    const others = stored.filter((one) => one !== replaced);
    stored = [...(wanted === 'best' ? others.map(surpassed) : others), { step, retention, finite }];
    for (const one of obsoleteCheckpoints(stored)) {
      await rm(checkpointPath(runFolder, one.step), { force: true });
      stored = stored.filter((kept) => kept !== one);
    }
  }

  return {
    save: (step, checkpoint, retention) => {
      newest[retention] = checkpoint;
      // One after another: a save removes partial files, so no other may be writing one.
      const saved = settled.then(() => save(step, checkpoint, retention));
      settled = saved.catch(() => undefined);
      return saved;
    },
    settled: () => settled,
  };
}

/** A checkpoint once another one is the best. */
const surpassed = (one: RetainedCheckpoint): RetainedCheckpoint =>
  one.retention === 'best' ? { ...one, retention: 'rolling' } : one;

/** The checkpoints in a run folder that say how long they are to be kept. A damaged one is none of them, and is left alone. */
async function retainedCheckpoints(runFolder: string): Promise<RetainedCheckpoint[]> {
  const found: RetainedCheckpoint[] = [];
  for (const { step, path } of await listCheckpoints(runFolder)) {
    const label = await readCheckpointLabel(path);
    if (label !== undefined) found.push({ step, ...label });
  }
  return found;
}
