import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeIssue, errorCode, writeFileAtomically } from '@fdr/run-store';
import { z } from 'zod';
import { ExperimentError } from '../experiment-error.js';
import type { Job } from '../job.js';
import { readJobs, storeJobs } from '../stored-jobs.js';
import type { SweepPlan } from './sweep-plan.js';

/** Jobs that a message names. */
const NAMED = 3;

const planRecord = z.object({ schemaVersion: z.literal(1), varied: z.array(z.string()) });

/** A sweep as its folder holds it. */
export interface StoredSweep {
  /** See {@link SweepPlan}. */
  readonly varied: readonly string[];
  /** A parent stands before its children. */
  readonly jobs: readonly Job[];
}

const planFile = (out: string): string => join(out, 'plan.json');

/**
 * Writes a resolved plan into a sweep's folder, once.
 *
 * @throws ExperimentError if the folder holds another plan, with the difference, or can't be written
 */
export async function storeSweep(out: string, { varied, jobs }: SweepPlan): Promise<void> {
  const text = await readText(planFile(out));
  if (text !== undefined) {
    assertSame(out, (await readSweep(out)).jobs, jobs);
    return;
  }
  // The plan is the last file: a folder without it holds no sweep yet.
  await storeJobs(out, jobs);
  const record: z.infer<typeof planRecord> = { schemaVersion: 1, varied: [...varied] };
  await writeFileAtomically(planFile(out), [Buffer.from(`${JSON.stringify(record, null, 2)}\n`)]);
}

/** @throws ExperimentError if there is no sweep in the folder, or its plan is damaged */
export async function readSweep(out: string): Promise<StoredSweep> {
  const text = await readText(planFile(out));
  if (text === undefined)
    throw new ExperimentError(`${out} holds no sweep; make one with: fdr sweep plan.yaml --out ${out}`);
  try {
    const { varied } = planRecord.parse(JSON.parse(text));
    return { varied, jobs: await readJobs(out) };
  } catch (error) {
    if (error instanceof z.ZodError) throw new ExperimentError(`${planFile(out)}: ${describeIssue(error)}`);
    if (error instanceof SyntaxError)
      throw new ExperimentError(`${planFile(out)}: expected JSON, found something else`);
    throw error;
  }
}

function assertSame(out: string, stored: readonly Job[], planned: readonly Job[]): void {
  const before = new Set(stored.map(({ key }) => key));
  const now = new Set(planned.map(({ key }) => key));
  const added = planned.filter(({ key }) => !before.has(key));
  const gone = stored.filter(({ key }) => !now.has(key));
  if (added.length === 0 && gone.length === 0) return;
  const named = (jobs: readonly Job[]): string =>
    jobs.length === 0
      ? ''
      : ` (${jobs
          .slice(0, NAMED)
          .map(({ name }) => name || 'defaults')
          .join('; ')}${jobs.length > NAMED ? '; ...' : ''})`;
  throw new ExperimentError(
    `${out} holds another plan: ${added.length} jobs are new${named(added)}, ${gone.length} are gone${named(gone)}; ` +
      'go back to the plan of before, or take another folder: --out',
  );
}

const readText = (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  });
