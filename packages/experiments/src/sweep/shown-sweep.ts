import { basename } from 'node:path';
import type { SweepOutline } from '@fdr/records';
import { failedKeys } from '../failure-file.js';
import { runsFolder } from '../job-index.js';
import { runIdOf, type RunJob } from '../job.js';
import { settingText, stagesOf } from './described-job.js';
import { readSweep } from './stored-plan.js';

/** A sweep as the dashboard shows it. */
interface ShownSweep {
  readonly runsDirectory: string;
  readonly outline: SweepOutline;
  /** Reads which runs belong to jobs that have failed of themselves. */
  failedRuns(): Promise<ReadonlySet<string>>;
}

/** Reads a sweep's folder for the dashboard. @throws ExperimentError if it holds none */
export async function showSweep(out: string): Promise<ShownSweep> {
  const { varied, jobs: all } = await readSweep(out);
  const jobs = all.filter((job): job is RunJob => job.kind === 'run');
  const stages = stagesOf(jobs);
  const isStaged = jobs.some(({ parent }) => parent !== undefined);
  const runs = new Map(jobs.map((job) => [job.key, runIdOf(job)]));
  return {
    runsDirectory: runsFolder(out),
    outline: {
      name: basename(out),
      settings: isStaged ? [...varied, 'stage'] : [...varied],
      jobs: jobs.map((job) => ({
        run: runIdOf(job),
        values: [...varied.map((name) => settingText(job, name)), ...(isStaged ? [stages.get(job.key) ?? 1] : [])],
      })),
    },
    failedRuns: async () => new Set([...(await failedKeys(out))].flatMap((key) => runs.get(key) ?? [])),
  };
}
