import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '@fdr/run-store';

/** Characters of a failure's reason that are kept. */
const LONGEST = 4000;

const failuresFolder = (out: string): string => join(out, 'failures');

/** Where a job's process writes what it has to say. */
export const logFile = (out: string, key: string): string => join(out, 'logs', `${key}.log`);

/** Records why a job has failed of itself. A job that was killed, or whose node was lost, has no such record: it simply goes on. */
export async function recordFailure(out: string, key: string, reason: string): Promise<void> {
  await mkdir(failuresFolder(out), { recursive: true });
  await writeFile(join(failuresFolder(out), key), reason.slice(-LONGEST));
}

/** Forgets a failure, if there is one. */
export const forgetFailure = (out: string, key: string): Promise<void> =>
  rm(join(failuresFolder(out), key), { force: true });

/** The reason of a job's recorded failure; undefined if it has none. */
export const readFailure = (out: string, key: string): Promise<string | undefined> =>
  readFile(join(failuresFolder(out), key), 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });

/** The keys of all jobs with a recorded failure. */
export async function failedKeys(out: string): Promise<ReadonlySet<string>> {
  const names = await readdir(failuresFolder(out)).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  return new Set(names);
}
