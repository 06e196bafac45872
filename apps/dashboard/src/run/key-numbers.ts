import { formatNumber, formatPercent } from '@fdr/core/relations';
import { possibleGain, stationaryFloor } from '@fdr/records';
import type { History } from '../feed/history.js';
import { hasEnded } from './run-status.js';

/** A number that tells how the run stands, ready to be shown. */
export interface KeyNumber {
  readonly name: string;
  readonly value: string;
  /** What the number stands beside: a limit, a best value, a total. */
  readonly note: string;
  /** Worth a look: agreement, or a value that is not a number. */
  readonly tone?: 'good' | 'bad';
}

/** The time that the epochs to come will take if they are like the last ten; empty where the run has ended or just begun. */
function timeLeft({ run, epochs }: History): string {
  const recent = epochs.slice(-10);
  if (hasEnded(run.status) || recent.length === 0) return '';
  const each = recent.reduce((sum, { seconds }) => sum + seconds, 0) / recent.length;
  const seconds = each * (run.config.epochs - epochs.length);
  if (seconds < 90) return `about ${Math.round(seconds)} s left`;
  if (seconds < 5400) return `about ${Math.round(seconds / 60)} min left`;
  return `about ${(seconds / 3600).toFixed(1)} h left`;
}

/** What the last averages say of the valley's floor (section 2.3.1), in equilibrium. */
function valleyFloor({ run, epochs }: History): Pick<KeyNumber, 'value' | 'note'> {
  const last = epochs.at(-1);
  const valley = last && stationaryFloor(last, run.config.threshold);
  if (!valley) return { value: '–', note: last ? 'no estimate: not in equilibrium' : 'estimated in equilibrium' };
  const half = possibleGain(valley, last.learningRate, last.learningRate / 2);
  return {
    value: formatNumber(valley.floor),
    note: `${formatNumber(valley.height)} below the loss; half the rate gains ${formatNumber(half)}`,
  };
}

/** How the run stands now, by its last epoch and its last change of the learning rate. */
export function keyNumbers(history: History): KeyNumber[] {
  const { run, epochs, events, steps } = history;
  const last = epochs.at(-1);
  const done = Math.max(steps.steps, last?.step ?? 0);
  const change = events.filter((event) => event.type === 'learningRate').at(-1);
  const changes = events.filter((event) => event.type === 'learningRate').length;
  const best = epochs.reduce<(typeof epochs)[number] | undefined>(
    (top, record) => (record.testAccuracy > (top?.testAccuracy ?? -1) ? record : top),
    undefined,
  );
  const settled = last !== undefined && Math.abs(last.ratio - 1) < run.config.threshold;
  return [
    {
      name: 'Epoch',
      value: String(Math.floor(done / run.stepsPerEpoch)),
      note: `of ${run.config.epochs.toLocaleString('en')} · ${timeLeft(history) || `step ${done.toLocaleString('en')}`}`,
    },
    {
      name: 'Loss',
      value: last ? formatNumber(last.lossHalf) : '–',
      note: 'mini-batch, half-running',
      ...(last && !Number.isFinite(last.lossHalf) ? { tone: 'bad' as const } : {}),
    },
    {
      name: 'Ratio O_L / O_R',
      value: last ? formatNumber(last.ratio, 5) : '–',
      note: `${last ? (settled ? 'inside' : 'outside') : 'equilibrium is'} 1 ± ${formatNumber(run.config.threshold)}`,
      ...(settled ? { tone: 'good' as const } : {}),
    },
    { name: 'Valley floor', ...valleyFloor(history) },
    {
      name: 'Learning rate',
      value: formatNumber(change?.to ?? run.config.learningRate),
      note: changes === 0 ? 'not changed yet' : `after ${changes} ${changes === 1 ? 'change' : 'changes'}`,
    },
    {
      name: 'Test accuracy',
      value: last ? formatPercent(last.testAccuracy) : '–',
      note: best ? `best ${formatPercent(best.testAccuracy)} at epoch ${best.epoch}` : 'after the first epoch',
    },
    { name: 'Train accuracy', value: last ? formatPercent(last.trainAccuracy) : '–', note: 'whole training data' },
  ];
}
