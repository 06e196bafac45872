import { mkdir } from 'node:fs/promises';
import { errorCode, lockFolder } from '@fdr/run-store';
import { followEpochs } from './epoch-progress.js';
import type { MakeExecutor } from './executors/executor.js';
import { ExperimentError } from './experiment-error.js';
import { readFailure, forgetFailure } from './failure-file.js';
import { appendFinished } from './finished-runs.js';
import { openJobRun, readJob, readJobIndex, runsFolder } from './job-index.js';
import { runJobs, type PoolOptions, type PoolOutcome } from './job-pool.js';
import type { Job } from './job.js';
import type { JobResult } from './job-result.js';
import { readJobs, storeJobs } from './stored-jobs.js';

/** Is notified of an experiment's progress. */
export interface ExperimentListener {
  /** A job has changed its state. */
  readonly onChange: PoolOptions['onChange'];
  /** A job's run has finished an epoch, counted from 1. */
  readonly onEpoch: (job: Job, epoch: number) => void;
  /** The experiment has ended. */
  readonly onEnd: () => void;
}

/** How an experiment is run. */
export interface ExperimentOptions extends Pick<PoolOptions, 'onCompleted' | 'failFast' | 'signal'> {
  /** The experiment's folder. */
  readonly out: string;
  readonly executor: MakeExecutor;
  /** Whether jobs that failed before are tried again; if not, they are among the failures with their earlier reason. */
  readonly retryFailed: boolean;
  /** Makes the listener once it is known which jobs remain, how many were completed before, and how many run at the same time. */
  readonly listen: (remaining: readonly Job[], completedBefore: number, concurrency: number) => ExperimentListener;
}

/**
 * Runs every job that is not completed yet. An interrupted run is resumed from its last checkpoint, a job that is still running from an earlier
 * time is waited for, an interrupted estimate starts again.
 *
 * @param jobs a parent stands before its children
 * @param options how they are run
 * @returns the results and failures of all jobs
 * @throws RunFolderError if another process works in the same folder; ExperimentError if that can't be made
 */
export async function runExperiment(jobs: readonly Job[], options: ExperimentOptions): Promise<PoolOutcome> {
  const { out, retryFailed, onCompleted, failFast, signal } = options;
  await makeFolder(runsFolder(out));
  const lock = await lockFolder(out);
  try {
    const stored = new Map((await readJobs(out)).map((job) => [job.key, job]));
    if (jobs.some(({ key }) => !stored.has(key))) {
      for (const job of jobs) stored.set(job.key, job);
      await storeJobs(out, [...stored.values()]);
    }
    const { completed, failed } = await readJobIndex(out, jobs);
    if (retryFailed) for (const key of failed) await forgetFailure(out, key);
    const { start, concurrency, queues, cancel } = await options.executor(out);
    const remaining = jobs.filter(({ key }) => !completed.has(key));
    const listener = options.listen(remaining, jobs.length - remaining.length, concurrency);
    const progress = followEpochs(out, listener.onEpoch);
    try {
      const outcome = await runJobs({
        jobs,
        completed,
        concurrency,
        queues,
        start: async (job) => {
          if (!retryFailed && failed.has(job.key)) throw new Error(await describeFailure(out, job));
          if (job.kind === 'run') progress.follow(job);
          return start(job);
        },
        resultOf: async (job) => {
          const result = await readJob(out, job);
          if (result === undefined || result === 'running') throw new Error(await describeEnd(out, job));
          if (result.kind === 'run') listener.onEpoch(job, result.lastEpoch.epoch);
          await appendFinished(out, new Map<string, JobResult>([[job.key, result]]));
          return result;
        },
        onChange: (change) => {
          if (change.type !== 'started') progress.leave(change.job);
          listener.onChange(change);
        },
        onCompleted,
        failFast,
        signal,
      });
      if (failFast === true && outcome.failures.length > 0) await cancel?.();
      return outcome;
    } finally {
      progress.end();
      listener.onEnd();
    }
  } finally {
    await lock.release();
  }
}

/** @throws ExperimentError with the system's code */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new ExperimentError(`can't make the folder ${folder} (${errorCode(error) ?? String(error)})`);
  }
}

const describeFailure = async (out: string, { key }: Job): Promise<string> =>
  `${(await readFailure(out, key)) ?? ''} (failed before; --retry-failed tries it again)`;

/** Why a job that has ended is not done. */
async function describeEnd(out: string, job: Job): Promise<string> {
  const reader = job.kind === 'run' ? await openJobRun(out, job) : undefined;
  if (!reader) return (await readFailure(out, job.key)) ?? 'it ended and has left nothing';
  return `run ${reader.id} has status ${reader.run.status}; the same command goes on with it`;
}
