import type { Job } from '../job.js';

/** A job that has been started. */
export interface PendingJob {
  /** Resolves once the job has ended, rejects with the reason of its failure. What it has produced is in the experiment's folder. */
  readonly ended: Promise<void>;
  /** Asks the job to end, if it ends with the process that has started it; else ends the waiting for it. */
  readonly stop: () => void;
}

/** What runs the jobs of an experiment: processes of this machine, this process itself, a batch system. */
interface Executor {
  /** As the configuration names it. */
  readonly name: string;
  /** Most jobs that are started at the same time; at least 1. */
  readonly concurrency: number;
  /** Whether it takes a job while the one that it starts from is under way, and makes it wait itself. */
  readonly queues: boolean;
  /** Starts a job. A job that it has started earlier, before the driver died, it goes on to wait for. */
  readonly start: (job: Job) => Promise<PendingJob>;
  /** Ends all jobs that go on without this process; undefined if there are none such. */
  readonly cancel?: () => Promise<void>;
}

/** Makes an executor of the jobs in an experiment's folder. */
export type MakeExecutor = (out: string) => Promise<Executor>;
