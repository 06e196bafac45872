import type { PendingJob } from './executors/executor.js';
import type { Job } from './job.js';
import type { JobResult, JobResults } from './job-result.js';

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
  /** Whether a job is started while the one that it starts from is under way: what runs them makes it wait itself. */
  readonly queues: boolean;
  /** Starts a job. */
  readonly start: (job: Job) => Promise<PendingJob>;
  /** The result of a job that has ended. @throws Error if it has left none */
  readonly resultOf: (job: Job) => Promise<JobResult>;
  readonly onChange: (change: JobChange) => void;
  /** Whether the first failure ends the others too; no if it is left out. */
  readonly failFast?: boolean | undefined;
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
  const { jobs, completed, concurrency, queues, start, resultOf, onChange, onCompleted, failFast, signal } = options;
  const results = new Map(completed);
  const failures = new Map<string, Failure>();
  const waiting = new Set(jobs.filter(({ key }) => !results.has(key)));
  const running = new Set<string>();
  let wake = (): void => undefined;
  const stops = new Map<string, () => void>();
  let ending = signal.aborted;
  const stopAll = (): void => {
    ending = true;
    for (const stop of stops.values()) stop();
  };

  function fail(job: Job, reason: string): void {
    failures.set(job.key, { job, reason });
    onChange({ job, type: 'failed' });
    if (failFast === true) stopAll();
  }

  function parentFailure({ parent }: Job): string | undefined {
    const failure = parent === undefined ? undefined : failures.get(parent);
    return failure && `"${failure.job.name}", which it starts from, failed`;
  }

  async function run(job: Job): Promise<void> {
    try {
      onChange({ job, type: 'started' });
      const pending = await start(job);
      stops.set(job.key, pending.stop);
      if (ending) pending.stop();
      await pending.ended;
      results.set(job.key, await resultOf(job));
      onChange({ job, type: 'completed' });
      onCompleted?.(job, results);
    } catch (error) {
      if (ending) onChange({ job, type: 'stopped' });
      else fail(job, parentFailure(job) ?? (error instanceof Error ? error.message : String(error)));
    }
    stops.delete(job.key);
  }

  /** Starts every job that can start. They start in the order of the list, so that the heads of chains come first. */
  function startReady(): void {
    for (const job of waiting) {
      const reason = parentFailure(job);
      const ready = job.parent === undefined || results.has(job.parent) || (queues && running.has(job.parent));
      if (reason !== undefined && !ending) {
        waiting.delete(job);
        fail(job, reason);
      } else if (ready && !ending && running.size < concurrency) {
        waiting.delete(job);
        running.add(job.key);
        void run(job).finally(() => {
          running.delete(job.key);
          wake();
        });
      }
    }
  }

  signal.addEventListener('abort', stopAll);
  startReady();
  while (running.size > 0) {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
    startReady();
  }
  signal.removeEventListener('abort', stopAll);
  return { results, failures: [...failures.values()] };
}
