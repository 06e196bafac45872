import { formatDuration } from '@fdr/core/relations';
import { ERASE_LINE, type Output } from './output.js';
import { cutTo, onOneLine } from './text.js';
import type { Job, JobListener } from '@fdr/experiments';

/** Milliseconds between two drawings of the line, and, where lines stay, between two of them. */
const REDRAW = 200;
const PLAIN = 15_000;

/** Where the jobs of an experiment stand. */
export interface JobCounts {
  readonly done: number;
  readonly running: number;
  readonly waiting: number;
  readonly failed: number;
  readonly remainingSeconds: number;
}

/** `12 of 40 jobs done, 2 running, 25 left, 1 failed, ETA 12:34` */
export function formatCounts({ done, running, waiting, failed, remainingSeconds }: JobCounts): string {
  const total = done + running + waiting + failed;
  const failures = failed > 0 ? `, ${failed} failed` : '';
  const eta = running > 0 ? `, ETA ${formatDuration(remainingSeconds)}` : '';
  return `${done} of ${total} jobs done, ${running} running, ${waiting} left${failures}${eta}`;
}

/**
 * Seconds until all epochs are done: those that are left of each model at the pace of the epochs seen of it, spread over
 * the processes. NaN before anything is known of a model that is left.
 */
export function remaining(
  left: readonly { readonly model: string; readonly epochs: number }[],
  secondsPerEpoch: ReadonlyMap<string, number>,
  width: number,
): number {
  const seconds = left
    .filter(({ epochs }) => epochs > 0)
    .reduce((sum, { model, epochs }) => sum + epochs * (secondsPerEpoch.get(model) ?? NaN), 0);
  return seconds / width;
}

/** A point of a curvature estimate is taken to cost as much as an epoch. */
const epochsOf = (job: Job): number => (job.kind === 'run' ? job.config.epochs : job.points);

/**
 * Shows how the jobs get on: one line drawn over and over on a terminal, else a line for each job and now and then one in between.
 *
 * @param jobs those that are not done yet
 * @param doneBefore how many were done already
 * @param now monotonic milliseconds
 */
export function experimentProgress(
  output: Output,
  jobs: readonly Job[],
  { width, doneBefore, now = () => performance.now() }: { width: number; doneBefore: number; now?: () => number },
): JobListener {
  const state = new Map(jobs.map((job) => [job.key, { job, type: 'waiting' as string, epoch: 0, began: 0 }]));
  const spent = new Map<string, { seconds: number; epochs: number }>();
  let printed = -Infinity;
  let pending = false;

  function standing(): JobCounts {
    const all = [...state.values()];
    const count = (type: string): number => all.filter((one) => one.type === type).length;
    const pace = new Map([...spent].map(([model, { seconds, epochs }]) => [model, seconds / epochs]));
    const left = all
      .filter(({ type }) => type === 'waiting' || type === 'begun')
      .map(({ job, epoch }) => ({ model: job.config.model, epochs: epochsOf(job) - epoch }));
    return {
      ...{ done: doneBefore + count('done'), running: count('begun'), waiting: count('waiting') },
      ...{ failed: count('failed'), remainingSeconds: remaining(left, pace, width) },
    };
  }

  function show(always: boolean): void {
    pending = true;
    if (!always && now() - printed < (output.redraws ? REDRAW : PLAIN)) return;
    const text = formatCounts(standing());
    output.write(output.redraws ? `${ERASE_LINE}${cutTo(text, (output.columns() ?? 80) - 1)}` : `${text}\n`);
    printed = now();
    pending = false;
  }

  return {
    onChange: ({ job, type }) => {
      const one = state.get(job.key);
      if (!one) return;
      one.type = type;
      if (type === 'begun') one.began = now();
      if (type !== 'begun') {
        const line = `${type === 'done' ? 'done' : 'FAILED'}: ${onOneLine(job.name)}`;
        output.write(output.redraws ? `${ERASE_LINE}${line}\n` : `${line}\n`);
      }
      show(output.redraws);
    },
    onEpoch: (job, epoch) => {
      const one = state.get(job.key);
      if (!one) return;
      const seconds = (now() - one.began) / 1000;
      const before = spent.get(job.config.model) ?? { seconds: 0, epochs: 0 };
      spent.set(job.config.model, { seconds: before.seconds + seconds, epochs: before.epochs + epoch - one.epoch });
      Object.assign(one, { epoch, began: now() });
      show(false);
    },
    end: () => {
      if (pending) show(true);
      if (output.redraws && printed > -Infinity) output.write('\n');
    },
  };
}
