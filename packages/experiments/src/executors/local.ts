import { spawn } from 'node:child_process';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { logFile, readFailure } from '../failure-file.js';
import { readJob } from '../job-index.js';
import type { Job } from '../job.js';
import type { MakeExecutor, PendingJob } from './executor.js';

/** Milliseconds between two polls of a job that a process of an earlier driver is still running. */
const POLL_INTERVAL = 500;

/** How jobs run as processes of this machine. */
export interface LocalOptions {
  /** The command that starts this program: node, its flags, the main file. */
  readonly command: readonly string[];
  /** Most processes at the same time. */
  readonly concurrency: number;
}

/** Runs each job in a process of its own on this machine. A process that a killed driver has left behind is waited for. */
export const localExecutor =
  ({ command, concurrency }: LocalOptions): MakeExecutor =>
  (out) =>
    Promise.resolve({
      name: 'local',
      concurrency,
      queues: false,
      start: async (job) => {
        if ((await readJob(out, job)) === 'running') return followProcess(out, job);
        return startProcess(out, job, command);
      },
    });

/** Starts `fdr run-job` in a process group of its own, so that Ctrl-C in a terminal reaches it through `stop` alone. */
async function startProcess(out: string, { key }: Job, command: readonly string[]): Promise<PendingJob> {
  const file = logFile(out, key);
  await mkdir(dirname(file), { recursive: true });
  const log = await open(file, 'a');
  const [node = '', ...flags] = command;
  const child = spawn(node, [...flags, 'run-job', out, key], {
    stdio: ['ignore', log.fd, log.fd],
    detached: true,
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else
        readFailure(out, key).then(
          (reason) => reject(new Error(reason ?? `its process ended with ${signal ?? `exit code ${code ?? '?'}`}`)),
          reject,
        );
    });
  }).finally(() => log.close());
  return { ended, stop: () => void child.kill('SIGTERM') };
}

/** Waits for a process that belongs to nobody here. `stop` ends the waiting alone. */
function followProcess(out: string, job: Job): PendingJob {
  const stopped = new AbortController();
  const ended = async (): Promise<void> => {
    while ((await readJob(out, job)) === 'running') await sleep(POLL_INTERVAL, undefined, { signal: stopped.signal });
  };
  return { ended: ended(), stop: () => stopped.abort() };
}
