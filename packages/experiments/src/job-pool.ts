import type { Job } from './job.js';
import type { JobResult, JobResults } from './job-result.js';

/** A job that has been started. */
export interface PendingJob {
  /** Resolves with the result, rejects with the reason of the failure. */
  readonly ended: Promise<JobResult>;
  /** Asks the job to end. */
  readonly stop: () => void;
}

/** A job without a result, and why. */
export interface Failure {
  readonly job: Job;
  readonly reason: string;
}

/** A job's change of state. */
export interface JobChange {
  readonly job: Job;
  /** `stopped` if it has ended without a result because the pool was aborted. */
  readonly type: 'started' | 'completed' | 'stopped' | 'failed';
}

/** What {@link runJobs} runs, and how. */
export interface PoolOptions {
  /** A parent stands before its children. */
  readonly jobs: readonly Job[];
  /** Jobs that were completed before. */
  readonly completed: JobResults;
  /** Most jobs that run at the same time; at least 1. */
  readonly concurrency: number;
  /** Starts a job. `checkpoint` is the last one of its parent; undefined if it has none. */
  readonly start: (job: Job, checkpoint: string | undefined) => Promise<PendingJob>;
  readonly onChange: (change: JobChange) => void;
  /** Called after each completed job, with all results so far. */
  readonly onCompleted?: ((job: Job, results: JobResults) => void) | undefined;
  /** When it is aborted, running jobs are asked to end and no more are started. */
  readonly signal: AbortSignal;
}

/** What became of the jobs. */
export interface PoolOutcome {
  /** All completed jobs, those from before included. */
  readonly results: JobResults;
  /** Jobs that failed, and jobs that could not start because their parent failed. Jobs that were stopped are not among them. */
  readonly failures: readonly Failure[];
}

/**
 * Runs jobs at most `concurrency` at a time, each after its parent. A job that fails prevents its descendants alone.
 *
 * @returns the results and failures, once no job is running any more; never rejects because of a job
 */
export async function runJobs(options: PoolOptions): Promise<PoolOutcome> {
  const { jobs, completed, concurrency, start, onChange, onCompleted, signal } = options;
  const results = new Map(completed);
  const failures = new Map<string, Failure>();
  const waiting = new Set(jobs.filter(({ key }) => !results.has(key)));
  const running = new Map<string, Promise<void>>();
  const stops = new Map<string, () => void>();
  const stopAll = (): void => {
    for (const stop of stops.values()) stop();
  };

  function fail(job: Job, reason: string): void {
    failures.set(job.key, { job, reason });
    onChange({ job, type: 'failed' });
  }

  async function run(job: Job): Promise<void> {
    try {
      onChange({ job, type: 'started' });
      const pending = await start(job, parentCheckpoint(job, results));
      stops.set(job.key, pending.stop);
      if (signal.aborted) pending.stop();
      results.set(job.key, await pending.ended);
      onChange({ job, type: 'completed' });
      onCompleted?.(job, results);
    } catch (error) {
      if (signal.aborted) onChange({ job, type: 'stopped' });
      else fail(job, error instanceof Error ? error.message : String(error));
    }
    stops.delete(job.key);
  }

  /** Starts every job that can start. They start in the order of the list, so that the heads of chains come first. */
  function startReady(): void {
    for (const job of waiting) {
      const failure = job.parent === undefined ? undefined : failures.get(job.parent);
      const ready = job.parent === undefined || results.has(job.parent);
      if (failure) {
        waiting.delete(job);
        fail(job, `"${failure.job.name}", which it starts from, failed`);
      } else if (ready && !signal.aborted && running.size < concurrency) {
        waiting.delete(job);
        running.set(
          job.key,
          run(job).finally(() => running.delete(job.key)),
        );
      }
    }
  }

  signal.addEventListener('abort', stopAll);
  startReady();
  while (running.size > 0) {
    await Promise.race(running.values());
    startReady();
  }
  signal.removeEventListener('abort', stopAll);
  return { results, failures: [...failures.values()] };
}

function parentCheckpoint({ parent }: Job, results: JobResults): string | undefined {
  const result = parent === undefined ? undefined : results.get(parent);
  return result?.kind === 'run' ? result.checkpoint : undefined;
}
