import { run as runSchema, SCHEMA_VERSION, type Run } from '@fdr/records';
import { z } from 'zod';
import { RUN_FILE } from './files.js';
import { describeIssue } from './issue.js';
import { openRunFile, readAt } from './paths.js';
import { RunFolderError } from './run-folder-error.js';

const MAX_RUN_FILE = 16 * 2 ** 20;

const versioned = z.object({ schemaVersion: runSchema.shape.schemaVersion });

/** The content of `run.json`, and what tells it from an earlier or later one. */
export interface RunDocument {
  readonly text: string;
  /** Changes whenever the file is written. */
  readonly stamp: string;
}

/**
 * Reads a run's `run.json`.
 *
 * @param knownStamp of the content that the caller has
 * @returns undefined if there is no such file, or if it still has the known content
 * @throws {RunFolderError} if the file can't be read or is too large
 */
export async function readRunDocument(folder: string, knownStamp?: string): Promise<RunDocument | undefined> {
  const file = await openRunFile(folder, RUN_FILE);
  if (file === undefined) return undefined;
  try {
    const { ino, size, mtimeMs } = await file.stat();
    const stamp = `${ino} ${size} ${mtimeMs}`;
    if (stamp === knownStamp) return undefined;
    if (size > MAX_RUN_FILE)
      throw new RunFolderError(`${RUN_FILE} has ${size} bytes, expected at most ${MAX_RUN_FILE}`);
    return { text: (await readAt(file, 0, size)).toString('utf8'), stamp };
  } finally {
    await file.close();
  }
}

/** The content of `run.json` for a run. */
export function encodeRun(run: Run): Buffer {
  return Buffer.from(`${JSON.stringify(z.encode(runSchema, run), null, 2)}\n`);
}

/**
 * The run that a `run.json` describes.
 *
 * @param id of the run's folder: it replaces the one in the text, because a folder may have been renamed
 * @throws {RunFolderError} if the text is damaged, or was written by a newer version of the program
 */
export function parseRun(text: string, id: string): Run {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RunFolderError(`run ${id}: ${RUN_FILE} is no JSON`, { cause: error });
  }
  if (!versioned.safeParse(value).success) {
    throw new RunFolderError(
      `run ${id}: ${RUN_FILE} must have a schemaVersion from 1 to ${SCHEMA_VERSION}; to read a newer one, update fdr`,
    );
  }
  const parsed = runSchema.safeParse(value);
  if (!parsed.success) throw new RunFolderError(`run ${id}: ${RUN_FILE}: ${describeIssue(parsed.error)}`);
  return { ...parsed.data, id };
}
