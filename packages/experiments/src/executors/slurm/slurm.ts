import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExperimentError } from '../../experiment-error.js';
import { logFile } from '../../failure-file.js';
import type { Job } from '../../job.js';
import type { MakeExecutor, PendingJob } from '../executor.js';
import { planArrays, type Placement } from './arrays.js';
import { runSlurm, type RunSlurm } from './commands.js';
import type { SlurmSettings } from './settings.js';
import { askStates } from './states.js';
import { openSubmissions, type Submissions } from './submissions.js';
import { watchTasks, type WatchOptions } from './task-watcher.js';

/** How jobs run under Slurm. */
export interface SlurmOptions extends Partial<WatchOptions> {
  /** The command that starts this program: node, its flags, the main file. */
  readonly command: readonly string[];
  readonly settings: SlurmSettings;
  /** Gets a line for people of each array that is submitted. */
  readonly log: (line: string) => void;
}

/** A job that waits to be handed over with others. */
interface Handed {
  readonly job: Job;
  readonly resolve: (pending: PendingJob) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Hands jobs over to Slurm, as arrays whose dependencies Slurm keeps. Nothing depends on this process: it may end and come back, and goes on to
 * wait for what Slurm still has. A shared file system is assumed, nothing else.
 */
export const slurmExecutor =
  ({ command, settings, log, run = runSlurm, interval = 5000, patience = 12 }: SlurmOptions): MakeExecutor =>
  async (out) => {
    const submissions = await openSubmissions(out, run);
    const placed = await stillThere(submissions, { run, interval });
    const watcher = watchTasks(out, { run, interval, patience });
    let handed: Handed[] = [];

    async function submitAll(jobs: readonly Handed[]): Promise<void> {
      const [first] = jobs;
      if (!first) return;
      await mkdir(dirname(logFile(out, first.job.key)), { recursive: true });
      const waiting = new Map(jobs.map((each) => [each.job.key, each]));
      const ids: string[] = [];
      const named = (array: number | string): string => (typeof array === 'string' ? array : (ids[array] ?? ''));
      const threads = Math.max(...jobs.map(({ job }) => job.config.threads));
      for (const { tasks, after } of planArrays(
        jobs.map(({ job }) => job),
        placed,
      )) {
        const dependency = after && { ...after, array: named(after.array) };
        const array = await submissions.submit({ tasks, after: dependency, command, threads, settings });
        ids.push(array);
        log(`array ${array}: ${tasks.length} jobs`);
        for (const { key, index } of tasks) {
          const each = waiting.get(key);
          waiting.delete(key);
          placed.set(key, { array, index });
          each?.resolve(watcher.watch(each.job, { array, index }));
        }
      }
    }

    /** Hands over everything that was started in the same turn of the event loop. */
    function handOver(): void {
      const jobs = handed;
      handed = [];
      submitAll(jobs).catch((error: unknown) => {
        for (const { reject } of jobs) reject(error);
      });
    }

    return {
      name: 'slurm',
      concurrency: Infinity,
      queues: true,
      start: (job) => {
        const placement = placed.get(job.key);
        if (placement) return Promise.resolve(watcher.watch(job, placement));
        if (handed.length === 0) setImmediate(handOver);
        return new Promise((resolve, reject) => handed.push({ job, resolve, reject }));
      },
      cancel: () => cancelSlurm(out, run),
    };
  };

/**
 * The jobs that Slurm still has. Those that it does not know are asked for twice, since one empty answer says nothing; a job that it has all the same
 * is kept from running twice by the lock of its run.
 *
 * @throws ExperimentError if it does not answer
 */
async function stillThere(
  { placed }: Submissions,
  { run, interval }: Pick<WatchOptions, 'run' | 'interval'>,
): Promise<Map<string, Placement<string>>> {
  if (placed.size === 0) return new Map();
  const first = await askStates(run, arraysOf(placed));
  await sleep(Math.min(interval, 1000));
  const second = await askStates(run, arraysOf(placed));
  if (!second.answered)
    throw new ExperimentError('Slurm does not answer: squeue failed; what it has goes on, try again later');
  const isActive = ({ array, index }: Placement<string>): boolean =>
    [first, second].some(({ states }) => states.get(`${array}_${index}`) === 'active');
  return new Map([...placed].filter(([, placement]) => isActive(placement)));
}

const arraysOf = (placed: ReadonlyMap<string, Placement<string>>): readonly string[] => [
  ...new Set([...placed.values()].map(({ array }) => array)),
];

/** Cancels everything of an experiment that Slurm still has. What was running saves itself first. */
export async function cancelSlurm(out: string, run: RunSlurm = runSlurm): Promise<void> {
  const arrays = arraysOf((await openSubmissions(out, run)).placed);
  if (arrays.length > 0) await run('scancel', ['--quiet', ...arrays]);
}
