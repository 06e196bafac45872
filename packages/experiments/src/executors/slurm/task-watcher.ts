import { readFailure } from '../../failure-file.js';
import { readJob } from '../../job-index.js';
import type { Job } from '../../job.js';
import type { PendingJob } from '../executor.js';
import type { Placement } from './arrays.js';
import type { RunSlurm } from './commands.js';
import { askStates, type TaskState } from './states.js';

/** How tasks are watched. */
export interface WatchOptions {
  readonly run: RunSlurm;
  /** Milliseconds between two questions. */
  readonly interval: number;
  /** Answers in a row that may not know a task before nothing more is expected of it. */
  readonly patience: number;
}

/** A task that is watched. */
interface Watched extends Placement<string> {
  readonly job: Job;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
  /** Answers in a row that did not know it. */
  silent: number;
}

/** Waits for tasks of arrays, however many, by one question at a time. */
export interface TaskWatcher {
  readonly watch: (job: Job, placement: Placement<string>) => PendingJob;
}

/**
 * Watches tasks. What Slurm knows is believed where it says that a task waits, runs or has failed; whether a job is done, its folder tells. A task
 * that Slurm does not know is unknown, and is given up only after several answers, while its folder is silent too.
 */
export function watchTasks(out: string, { run, interval, patience }: WatchOptions): TaskWatcher {
  const watched = new Map<string, Watched>();
  let timer: NodeJS.Timeout | undefined;

  async function settle(task: Watched, state: TaskState, answered: boolean): Promise<void> {
    if (state === 'active') {
      task.silent = 0;
      return;
    }
    const failure = await readFailure(out, task.job.key);
    const found = await readJob(out, task.job);
    const name = `${task.array}_${task.index}`;
    if (found !== undefined && found !== 'running') task.resolve();
    else if (failure !== undefined && found !== 'running') task.reject(new Error(failure));
    else if (typeof state === 'object') task.reject(new Error(`Slurm says ${state.failed} of task ${name}`));
    // A network file system may show a run's end later than Slurm does.
    else if (answered && found !== 'running') task.silent += 1;
    if (task.silent >= patience)
      task.reject(
        new Error(`Slurm does not know task ${name}, and its job is not done; the same command goes on with it`),
      );
  }

  async function ask(): Promise<void> {
    const tasks = [...watched.values()];
    const { states, answered } = await askStates(run, [...new Set(tasks.map(({ array }) => array))]);
    for (const task of tasks)
      await settle(task, states.get(`${task.array}_${task.index}`) ?? 'unknown', answered).catch(() => undefined);
  }

  function schedule(): void {
    if (timer !== undefined || watched.size === 0) return;
    timer = setTimeout(() => {
      void ask().finally(() => {
        timer = undefined;
        schedule();
      });
    }, interval);
  }

  return {
    watch: (job, placement) => {
      let stop = (): void => undefined;
      const ended = new Promise<void>((resolve, reject) => {
        watched.set(job.key, { ...placement, job, resolve, reject, silent: 0 });
        stop = () => reject(new Error('no longer waited for; Slurm goes on with it'));
      }).finally(() => watched.delete(job.key));
      // It may fail before anybody waits for it.
      ended.catch(() => undefined);
      schedule();
      return { ended, stop };
    },
  };
}
