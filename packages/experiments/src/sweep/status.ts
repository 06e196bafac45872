import type { JobState } from '@fdr/records';
import { readFailure } from '../failure-file.js';
import { readJobIndex } from '../job-index.js';
import type { JobResults } from '../job-result.js';
import type { Job } from '../job.js';
import { readSweep, type StoredSweep } from './stored-plan.js';

/** How a sweep stands. */
export interface SweepStatus extends StoredSweep {
  readonly results: JobResults;
  readonly states: ReadonlyMap<string, JobState>;
  readonly counts: Readonly<Record<JobState, number>>;
  readonly failures: readonly { readonly job: Job; readonly reason: string }[];
}

/** Reads how a sweep stands, from its folder alone: whoever runs it, and wherever. @throws ExperimentError if it holds none */
export async function sweepStatus(out: string): Promise<SweepStatus> {
  const { varied, jobs } = await readSweep(out);
  const { completed, running, failed } = await readJobIndex(out, jobs);
  const stateOf = ({ key }: Job): JobState => {
    if (completed.has(key)) return 'done';
    if (running.has(key)) return 'running';
    return failed.has(key) ? 'failed' : 'waiting';
  };
  const states = new Map(jobs.map((job) => [job.key, stateOf(job)]));
  const counts = { done: 0, running: 0, waiting: 0, failed: 0 };
  for (const state of states.values()) counts[state] += 1;
  const failures: { job: Job; reason: string }[] = [];
  for (const job of jobs)
    if (states.get(job.key) === 'failed') failures.push({ job, reason: (await readFailure(out, job.key)) ?? '' });
  return { varied, jobs, results: completed, states, counts, failures };
}
