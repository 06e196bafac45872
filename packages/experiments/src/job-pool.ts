import type { Job } from './job.js';
import type { DoneJob } from './job-index.js';

/** What one job needs to be run. */
export interface PendingJob {
  /** Resolves with what was made, rejects with why it failed. */
  readonly ended: Promise<DoneJob>;
  stop(): void;
}

export interface Failure {
  readonly job: Job;
  readonly reason: string;
}

export interface PoolOptions {
  readonly jobs: readonly Job[];
  /** Jobs done before, by key. */
  readonly done: ReadonlyMap<string, DoneJob>;
  /** Most at the same time, at least 1. */
  readonly width: number;
  /** @param start the checkpoint its parent ended with */
  readonly begin: (job: Job, start: string | undefined) => Promise<PendingJob>;
  readonly onChange: (change: { readonly job: Job; readonly type: 'begun' | 'done' | 'failed' }) => void;
  /** Told of each job that is done, and of all that are. */
  readonly onDone?: ((job: Job, done: ReadonlyMap<string, DoneJob>) => void) | undefined;
  /** When aborted, running jobs are asked to end and no more are begun. */
  readonly signal: AbortSignal;
}

export interface PoolOutcome {
  /** All jobs that are done now, by key. */
  readonly done: ReadonlyMap<string, DoneJob>;
  /** Those that failed, and those that could not begin because of them. */
  readonly failures: readonly Failure[];
}

/**
 * Runs jobs that wait for their parents, so many at a time. One that fails takes only its descendants with it.
 */
export async function runJobs({
  jobs,
  done: before,
  width,
  begin,
  onChange,
  onDone,
  signal,
}: PoolOptions): Promise<PoolOutcome> {
  const done = new Map(before);
  const failures = new Map<string, Failure>();
  const waiting = new Set(jobs.filter(({ key }) => !done.has(key)));
  const running = new Map<string, { readonly work: Promise<void>; stop?: () => void }>();
  const stopAll = (): void => {
    for (const { stop } of running.values()) stop?.();
  };
  signal.addEventListener('abort', stopAll);

  function fail(job: Job, reason: string): void {
    failures.set(job.key, { job, reason });
    onChange({ job, type: 'failed' });
  }

  async function run(job: Job): Promise<void> {
    try {
      onChange({ job, type: 'begun' });
      const work = await begin(job, job.parent === undefined ? undefined : done.get(job.parent)?.end);
      const entry = running.get(job.key);
      if (entry) entry.stop = work.stop;
      if (signal.aborted) work.stop();
      done.set(job.key, await work.ended);
      onChange({ job, type: 'done' });
      onDone?.(job, done);
    } catch (error) {
      fail(job, error instanceof Error ? error.message : String(error));
    }
    running.delete(job.key);
  }

  /** Begins whatever can begin. In the order of the list: the heads of chains first. */
  function fill(): void {
    for (const job of waiting) {
      if (job.parent !== undefined && failures.has(job.parent)) {
        waiting.delete(job);
        fail(job, `"${failures.get(job.parent)?.job.name}", which it starts from, failed`);
        continue;
      }
      if (signal.aborted || running.size >= width) continue;
      if (job.parent !== undefined && !done.has(job.parent)) continue;
      waiting.delete(job);
      const entry: { work: Promise<void>; stop?: () => void } = { work: Promise.resolve() };
      running.set(job.key, entry);
      entry.work = run(job);
    }
  }

  fill();
  while (running.size > 0) {
    await Promise.race([...running.values()].map(({ work }) => work));
    fill();
  }
  signal.removeEventListener('abort', stopAll);
  return { done, failures: [...failures.values()] };
}
