import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runId } from '@fdr/records';
import { claimRun } from './run-claim.js';
import { newRunPath } from './paths.js';
import { errorCode, RunFolderError, writingError } from './run-folder-error.js';

/** Among the run folders. It is no run's id, which never begins with a dot. */
const TRASH_FOLDER = '.trash';

/**
 * The trash of a directory of runs, which need not exist yet.
 *
 * @throws {RunFolderError} if something else is in its place, such as a link that leads out of the directory
 */
async function trashOf(runsDirectory: string): Promise<string> {
  const path = join(runsDirectory, TRASH_FOLDER);
  if ((await isFolder(path)) === false) throw new RunFolderError(`${path} is no folder: move it away`);
  return path;
}

/** @returns undefined if there is nothing of that name */
async function isFolder(path: string): Promise<boolean | undefined> {
  return lstat(path).then(
    (entry) => entry.isDirectory(),
    () => undefined,
  );
}

/**
 * Moves a run to the trash, in one step, from where {@link restoreRun} brings it back.
 *
 * @throws {RunFolderError} if there is no such run, it is training, there is one of its id in the trash, or the disk refuses
 */
export async function removeRun(runsDirectory: string, id: string): Promise<void> {
  const { folder, release } = await claimRun(runsDirectory, id);
  // Its own lock would go with it.
  await release();
  const trash = await trashOf(runsDirectory);
  try {
    await mkdir(trash, { recursive: true });
    await move(folder, join(trash, id), `run ${id} is in the trash already: empty it first`);
  } catch (error) {
    throw writingError(runsDirectory, error);
  }
}

/** @throws {RunFolderError} if the trash has no such run, there is a new one of its id, or the disk refuses */
export async function restoreRun(runsDirectory: string, id: string): Promise<void> {
  const path = newRunPath(runsDirectory, id);
  const removed = join(await trashOf(runsDirectory), id);
  if ((await isFolder(removed)) !== true) throw new RunFolderError(`there is no run "${id}" in the trash`);
  try {
    await move(removed, path, `there is a run ${id}: rename its folder first`);
  } catch (error) {
    throw writingError(runsDirectory, error);
  }
}

/** A folder is never moved onto another one, even if that is empty. */
async function move(from: string, to: string, problem: string): Promise<void> {
  if ((await isFolder(to)) !== undefined) throw new RunFolderError(problem);
  await rename(from, to);
}

/** Ids of the runs in the trash. */
export async function listTrash(runsDirectory: string): Promise<string[]> {
  const names = await readdir(await trashOf(runsDirectory)).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw new RunFolderError(`the trash of ${runsDirectory} can't be read (${errorCode(error) ?? 'unknown error'})`);
  });
  return names.filter((name) => runId.safeParse(name).success).sort();
}

/**
 * Deletes what is in the trash for good.
 *
 * @returns how many runs that were
 */
export async function emptyTrash(runsDirectory: string): Promise<number> {
  const ids = await listTrash(runsDirectory);
  const trash = await trashOf(runsDirectory);
  try {
    // What is a link is removed itself: `rm` does not follow it.
    for (const id of ids) await rm(join(trash, id), { recursive: true });
  } catch (error) {
    throw writingError(runsDirectory, error);
  }
  return ids.length;
}
