import { formatDuration } from '@fdr/core/relations';
import type { ExperimentListener, Job, JobChange } from '@fdr/experiments';
import { ERASE_LINE, type Output } from './output.js';
import { cutTo, onOneLine } from './text.js';

/** Milliseconds between two drawings of the line on a terminal. */
const REDRAW_INTERVAL = 200;
/** Milliseconds between two lines where lines stay. */
const LINE_INTERVAL = 15_000;

/** How the end of a job is announced. */
const END_WORDS = { completed: 'done', stopped: 'stopped', failed: 'FAILED' } as const;

/** How many jobs are in each state. */
export interface JobCounts {
  readonly done: number;
  readonly running: number;
  /** Jobs that have not started, and jobs that were stopped: both remain to be done. */
  readonly waiting: number;
  readonly failed: number;
  /** Until all jobs are done; NaN if it is not known. */
  readonly remainingSeconds: number;
}

/**
 * The counts on one line; the remaining time is left out while no job is running.
 *
 * @example formatCounts({ done: 12, running: 2, waiting: 25, failed: 1, remainingSeconds: 754 })
 * // '12 of 40 jobs done, 2 running, 25 waiting, 1 failed, ETA 12:34'
 */
export function formatCounts({ done, running, waiting, failed, remainingSeconds }: JobCounts): string {
  const total = done + running + waiting + failed;
  const failures = failed > 0 ? `, ${failed} failed` : '';
  const eta = running > 0 ? `, ETA ${formatDuration(remainingSeconds)}` : '';
  return `${done} of ${total} jobs done, ${running} running, ${waiting} waiting${failures}${eta}`;
}

/** Epochs of one network that are still to be trained. */
export interface RemainingEpochs {
  readonly model: string;
  readonly epochs: number;
}

/**
 * The time until all epochs are trained, if the processes are always busy.
 *
 * @param remaining epochs of each job
 * @param secondsPerEpoch of each model, as measured so far
 * @param concurrency number of processes; at least 1
 * @returns seconds; NaN if a model has epochs left and none of it has been measured
 */
export function remainingSeconds(
  remaining: readonly RemainingEpochs[],
  secondsPerEpoch: ReadonlyMap<string, number>,
  concurrency: number,
): number {
  const seconds = remaining
    .filter(({ epochs }) => epochs > 0)
    .reduce((sum, { model, epochs }) => sum + epochs * (secondsPerEpoch.get(model) ?? NaN), 0);
  return seconds / concurrency;
}

/** What {@link createExperimentProgress} shows, and how. */
export interface ExperimentProgressOptions {
  /** The jobs that are not done yet. */
  readonly jobs: readonly Job[];
  /** Number of jobs that were done before. */
  readonly doneBefore: number;
  /** Number of processes; at least 1. */
  readonly concurrency: number;
  /** Monotonic milliseconds. */
  readonly now?: (() => number) | undefined;
}

/** A job, its state, and the epochs it has trained. */
interface JobState {
  readonly job: Job;
  type: 'waiting' | JobChange['type'];
  epoch: number;
  /** When that epoch ended, or the job started. */
  time: number;
}

/**
 * Shows the progress of an experiment: on a terminal one line that is drawn again and again, else a line for each job that has ended, and
 * now and then one with the counts.
 */
export function createExperimentProgress(output: Output, options: ExperimentProgressOptions): ExperimentListener {
  const { doneBefore, concurrency, now = () => performance.now() } = options;
  const states = new Map(
    options.jobs.map((job): [string, JobState] => [job.key, { job, type: 'waiting', epoch: 0, time: 0 }]),
  );
  const measured = new Map<string, EpochTime>();
  let lastDrawn = -Infinity;
  let pending = false;

  function draw(): void {
    const text = formatCounts(countJobs([...states.values()], doneBefore, measured, concurrency));
    output.write(output.redraws ? `${ERASE_LINE}${cutTo(text, (output.columns() ?? 80) - 1)}` : `${text}\n`);
    lastDrawn = now();
    pending = false;
  }

  function drawUnlessRecent(): void {
    pending = true;
    if (now() - lastDrawn >= (output.redraws ? REDRAW_INTERVAL : LINE_INTERVAL)) draw();
  }

  return {
    onChange: ({ job, type }) => {
      const state = states.get(job.key);
      if (!state) return;
      state.type = type;
      if (type === 'started') state.time = now();
      else output.write(`${output.redraws ? ERASE_LINE : ''}${END_WORDS[type]}: ${onOneLine(job.name)}\n`);
      if (output.redraws) draw();
      else drawUnlessRecent();
    },
    onEpoch: (job, epoch) => {
      const state = states.get(job.key);
      if (!state) return;
      const { model } = job.config;
      const { seconds, epochs } = measured.get(model) ?? { seconds: 0, epochs: 0 };
      const time = now();
      measured.set(model, { seconds: seconds + (time - state.time) / 1000, epochs: epochs + epoch - state.epoch });
      state.epoch = epoch;
      state.time = time;
      drawUnlessRecent();
    },
    onEnd: () => {
      if (pending) draw();
      if (output.redraws && lastDrawn > -Infinity) output.write('\n');
    },
  };
}

/** Epochs that have been trained of one network, and the time they took. */
interface EpochTime {
  readonly seconds: number;
  readonly epochs: number;
}

function countJobs(
  states: readonly JobState[],
  doneBefore: number,
  measured: ReadonlyMap<string, EpochTime>,
  concurrency: number,
): JobCounts {
  const count = (type: JobState['type']): number => states.filter((state) => state.type === type).length;
  const secondsPerEpoch = new Map([...measured].map(([model, { seconds, epochs }]) => [model, seconds / epochs]));
  const remaining = states
    .filter(({ type }) => type !== 'completed' && type !== 'failed')
    .map(({ job, epoch }) => ({ model: job.config.model, epochs: epochsOf(job) - epoch }));
  return {
    done: doneBefore + count('completed'),
    running: count('started'),
    waiting: count('waiting') + count('stopped'),
    failed: count('failed'),
    remainingSeconds: remainingSeconds(remaining, secondsPerEpoch, concurrency),
  };
}

/** A point of a curvature estimate counts as much as an epoch. */
const epochsOf = (job: Job): number => (job.kind === 'run' ? job.config.epochs : job.points);
