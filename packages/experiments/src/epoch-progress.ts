import type { RunReader } from '@fdr/run-store';
import { openJobRun } from './job-index.js';
import type { Job, RunJob } from './job.js';

/** Milliseconds between two looks at the runs under way. */
const POLL_INTERVAL = 1000;

/** Tells the epochs of runs under way, from their folders: whatever trains them. */
export interface EpochProgress {
  readonly follow: (job: RunJob) => void;
  readonly leave: (job: Job) => void;
  /** Ends the telling. */
  readonly end: () => void;
}

/** A run under way. */
interface Followed {
  readonly job: RunJob;
  reader: RunReader | undefined;
  epoch: number;
}

/** @param onEpoch called with the number of a run's last epoch, from 1, whenever it has grown */
export function followEpochs(out: string, onEpoch: (job: Job, epoch: number) => void): EpochProgress {
  const followed = new Map<string, Followed>();
  let looking: Promise<void> | undefined;

  async function look(): Promise<void> {
    for (const run of followed.values()) {
      if (run.reader) await run.reader.refresh();
      else run.reader = await openJobRun(out, run.job);
      const epoch = run.reader?.lastEpoch?.epoch ?? 0;
      if (epoch <= run.epoch || !followed.has(run.job.key)) continue;
      run.epoch = epoch;
      onEpoch(run.job, epoch);
    }
  }

  const timer = setInterval(() => {
    // What can't be read now can be read later.
    looking ??= look()
      .catch(() => undefined)
      .finally(() => {
        looking = undefined;
      });
  }, POLL_INTERVAL);
  return {
    follow: (job) => followed.set(job.key, { job, reader: undefined, epoch: 0 }),
    leave: ({ key }) => followed.delete(key),
    end: () => clearInterval(timer),
  };
}
