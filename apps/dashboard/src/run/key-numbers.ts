import {
  bestEpoch,
  formatNumber,
  formatPercent,
  isBalanced,
  possibleGain,
  stationaryFloor,
  thresholdOf,
} from '@fdr/core/relations';
import { isActive, type EpochRecord } from '@fdr/records';
import type { RunHistory } from '../feed/run-history.js';

/** One of the large numbers on top of a run's page, ready to be shown. */
export interface KeyNumber {
  readonly name: string;
  readonly value: string;
  /** The context of the number: a limit, a best value, a total. */
  readonly note: string;
  /** Emphasis: `good` for agreement with the theory, `bad` for a value that is not a number. */
  readonly tone?: 'good' | 'bad' | undefined;
}

const NO_EPOCH = 'no epoch has finished yet';

/** The time that the remaining epochs take if they are like the last ten; empty where the run has ended or no epoch has finished. */
function timeLeft({ run, epochs }: RunHistory): string {
  const recent = epochs.slice(-10);
  if (!isActive(run.status) || recent.length === 0) return '';
  const each = recent.reduce((sum, { seconds }) => sum + seconds, 0) / recent.length;
  const seconds = each * (run.config.epochs - epochs.length);
  if (seconds < 90) return `about ${Math.round(seconds)} s left`;
  if (seconds < 5400) return `about ${Math.round(seconds / 60)} min left`;
  return `about ${(seconds / 3600).toFixed(1)} h left`;
}

/** The estimate of the valley's floor (section 2.3.1) from the last epoch's averages, which holds in equilibrium only. */
function valleyFloor({ run, epochs }: RunHistory): Pick<KeyNumber, 'value' | 'note'> {
  const last = epochs.at(-1);
  const valley = last && stationaryFloor(last, thresholdOf(run.config.schedule));
  if (!valley) return { value: '–', note: last ? 'no estimate: not in equilibrium' : NO_EPOCH };
  const half = possibleGain(valley, last.learningRate, last.learningRate / 2);
  return {
    value: formatNumber(valley.floor),
    note: `${formatNumber(valley.height)} below the loss; halving the rate gains ${formatNumber(half)}`,
  };
}

/** The accuracy of the average of the parameters, where one is kept. */
const averageNumbers = (last: EpochRecord | undefined): KeyNumber[] =>
  last?.average
    ? [
        {
          name: 'Test accuracy of the average',
          value: formatPercent(last.average.testAccuracy),
          note: `training loss ${formatNumber(last.average.trainLoss)}, over ${last.average.steps.toLocaleString('en')} steps`,
        },
      ]
    : [];

/** The key numbers of a run, from its last epoch and its last change of the learning rate. */
export function keyNumbers(history: RunHistory): KeyNumber[] {
  const { run, epochs, events, steps } = history;
  const last = epochs.at(-1);
  const done = Math.max(steps.steps, last?.step ?? 0);
  const changes = events.filter((event) => event.type === 'learningRate');
  const best = bestEpoch(epochs);
  const threshold = thresholdOf(run.config.schedule);
  const balanced = last !== undefined && isBalanced(last, threshold);
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
      tone: last && !Number.isFinite(last.lossHalf) ? 'bad' : undefined,
    },
    {
      name: 'Ratio O_L / O_R',
      value: last ? formatNumber(last.ratio, 5) : '–',
      note: `${last ? (balanced ? 'inside' : 'outside') : 'equilibrium is'} 1 ± ${formatNumber(threshold)}`,
      tone: balanced ? 'good' : undefined,
    },
    { name: 'Valley floor', ...valleyFloor(history) },
    {
      name: 'Learning rate',
      value: formatNumber(changes.at(-1)?.to ?? run.config.learningRate),
      note:
        changes.length === 0
          ? 'not changed yet'
          : `after ${changes.length} ${changes.length === 1 ? 'change' : 'changes'}`,
    },
    {
      name: 'Test accuracy',
      value: last ? formatPercent(last.testAccuracy) : '–',
      note: best ? `best ${formatPercent(best.testAccuracy)} at epoch ${best.epoch}` : NO_EPOCH,
    },
    ...averageNumbers(last),
    { name: 'Train accuracy', value: last ? formatPercent(last.trainAccuracy) : '–', note: 'whole training set' },
  ];
}
