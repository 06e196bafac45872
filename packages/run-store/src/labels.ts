import { join } from 'node:path';
import { runLabels, type RunLabels } from '@fdr/records';
import { writeFileAtomically } from './atomic-write.js';
import { LABELS_FILE } from './files.js';
import { describeIssue } from './issue.js';
import { locateRun, openRunFile, readAt } from './paths.js';
import { RunFolderError, writingError } from './run-folder-error.js';

const MAX_LABELS_FILE = 256 * 1024;

/**
 * What a person has said of a run.
 *
 * @throws {RunFolderError} if the file is damaged
 */
export async function readLabels(folder: string): Promise<RunLabels> {
  const file = await openRunFile(folder, LABELS_FILE);
  if (file === undefined) return {};
  try {
    return parseLabels((await readAt(file, 0, MAX_LABELS_FILE)).toString('utf8'));
  } finally {
    await file.close();
  }
}

function parseLabels(text: string): RunLabels {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RunFolderError(`${LABELS_FILE} is no JSON`, { cause: error });
  }
  const parsed = runLabels.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new RunFolderError(`${LABELS_FILE}: ${describeIssue(parsed.error)}`);
}

/**
 * Changes what is said of a run, also while it trains.
 *
 * @param change what it does not name stays as it is
 * @returns what is said of it now
 * @throws {RunFolderError} if there is no such run, its labels are damaged, or the disk refuses new ones
 */
export async function changeLabels(runsDirectory: string, id: string, change: RunLabels): Promise<RunLabels> {
  const folder = await locateRun(runsDirectory, id);
  const labels = { ...(await readLabels(folder)), ...change };
  try {
    await writeFileAtomically(join(folder, LABELS_FILE), [Buffer.from(`${JSON.stringify(labels, null, 2)}\n`)]);
  } catch (error) {
    throw writingError(folder, error);
  }
  return labels;
}
