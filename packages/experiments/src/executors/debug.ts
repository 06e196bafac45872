import { runJob } from '../run-job.js';
import type { MakeExecutor } from './executor.js';

/** Runs jobs in this process, one after another: what fails shows its own stack, and a debugger sees it. */
export const debugExecutor =
  (log: (line: string) => void): MakeExecutor =>
  (out) =>
    Promise.resolve({
      name: 'debug',
      concurrency: 1,
      queues: false,
      start: ({ key }) => {
        const stopped = new AbortController();
        const ended = runJob(out, key, { signal: stopped.signal, log, isRestart: false }).then(() => undefined);
        return Promise.resolve({ ended, stop: () => stopped.abort() });
      },
    });
