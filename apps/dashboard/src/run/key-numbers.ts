import {
  bestEpoch,
  currentRate,
  formatNumber,
  formatRatio,
  formatPercent,
  judgeBalance,
  noiseScale,
  possibleGain,
  relaxationOf,
  thresholdOf,
  valleyFloor,
} from '@fdr/core/relations';
import { recordedAverage } from '@fdr/figures';
import { isActive, type EpochRecord, type Run } from '@fdr/records';
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

/** The harmonic estimate of the valley's floor (section 2.3.1), where the epochs at the last learning rate support it. */
function floorEstimate({ run, epochs }: RunHistory): KeyNumber {
  const name = 'Valley floor';
  const { stepsPerEpoch, config } = run;
  const valley = valleyFloor(epochs, { stepsPerEpoch, threshold: thresholdOf(config.schedule) });
  if (!valley) {
    const note = 'no estimate: it needs 10 epochs at one rate, and equilibrium';
    return { name, value: '–', note: epochs.length > 0 ? note : NO_EPOCH };
  }
  const range = ({ low, high }: { readonly low: number; readonly high: number }) =>
    `${formatNumber(low)} to ${formatNumber(high)}`;
  const half = possibleGain(valley, valley.learningRate / 2);
  return {
    name,
    value: formatNumber(valley.floor.mean),
    note: `harmonic estimate, ${range(valley.floor)}; halving the rate gains ${range(half)}`,
  };
}

/** tau at the learning rate of now, and what the run has of it left. */
function relaxationTime(run: Run, learningRate: number): KeyNumber {
  const relaxation = relaxationOf({ ...run, config: { ...run.config, learningRate } });
  if (!relaxation)
    return { name: 'Relaxation time', value: '–', note: `not defined with ${run.config.optimizer.kind}` };
  const { epochs, isShort } = relaxation;
  return {
    name: 'Relaxation time',
    value: formatNumber(epochs, 3),
    note: `epochs at this rate, at least; ${isShort ? 'the run is shorter than 2 of it' : `the run has ${run.config.epochs}`}`,
  };
}

/** The simple noise scale at the last epoch's end, in examples. */
function noiseNumber(run: Run, last: EpochRecord | undefined): KeyNumber {
  const name = 'Noise scale';
  if (!last) return { name, value: '–', note: NO_EPOCH };
  const scale = noiseScale(last, run);
  if ('unknown' in scale) return { name, value: '–', note: scale.unknown };
  return {
    name,
    value: formatNumber(scale.examples, 3),
    note: `examples: a mini-batch of as many has as much noise as gradient; it has ${run.config.batchSize}`,
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

/** The last value of a half-running average, within an epoch too; undefined before the first step. */
const newest = ({ steps }: RunHistory, column: string): number | undefined =>
  recordedAverage(steps, column).at(-1)?.value;

function lossNumber(history: RunHistory): KeyNumber {
  const loss = history.epochs.at(-1)?.lossHalf ?? newest(history, 'loss');
  return {
    name: 'Loss',
    value: loss === undefined ? '–' : formatNumber(loss),
    note: 'mini-batch, half-running',
    tone: loss !== undefined && !Number.isFinite(loss) ? 'bad' : undefined,
  };
}

/** The ratio with its uncertainty. It is green only where the verdict is. */
function ratioNumber(history: RunHistory): KeyNumber {
  const name = 'Ratio O_L / O_R';
  const last = history.epochs.at(-1);
  const threshold = thresholdOf(history.run.config.schedule);
  const band = `1 ± ${formatNumber(threshold)}`;
  if (!last) {
    const ratio = (newest(history, 'oL') ?? NaN) / (newest(history, 'oR') ?? NaN);
    return { name, value: Number.isNaN(ratio) ? '–' : formatNumber(ratio, 4), note: `equilibrium is ${band}` };
  }
  const { state, total } = judgeBalance(last, threshold);
  return {
    name,
    value: formatNumber(last.ratio, 5),
    note: `${total.error === undefined ? '' : `${formatRatio(total)}, `}${state}; equilibrium is ${band}`,
    tone: state === 'balanced' ? 'good' : undefined,
  };
}

/**
 * The key numbers of a run, from its last epoch and its last change of the learning rate; before the first epoch has ended, from its steps.
 *
 * @param stepsPerSecond as the page has seen it; undefined where it does not know.
 */
export function keyNumbers(history: RunHistory, stepsPerSecond?: number): KeyNumber[] {
  const { run, epochs, events, steps } = history;
  const last = epochs.at(-1);
  const done = Math.max(steps.steps, last?.step ?? 0);
  const changes = events.filter((event) => event.type === 'learningRate');
  const learningRate = currentRate(run, events);
  const best = bestEpoch(epochs);
  const rateText = stepsPerSecond === undefined ? '' : `${formatNumber(stepsPerSecond, 3)} steps/s`;
  return [
    {
      name: 'Epoch',
      value: String(Math.floor(done / run.stepsPerEpoch)),
      note: [
        `of ${run.config.epochs.toLocaleString('en')}`,
        timeLeft(history) || `step ${done.toLocaleString('en')}`,
        rateText,
      ]
        .filter((text) => text !== '')
        .join(' · '),
    },
    lossNumber(history),
    ratioNumber(history),
    floorEstimate(history),
    {
      name: 'Learning rate',
      value: formatNumber(learningRate),
      note:
        changes.length === 0
          ? 'not changed yet'
          : `after ${changes.length} ${changes.length === 1 ? 'change' : 'changes'}`,
    },
    relaxationTime(run, learningRate),
    noiseNumber(run, last),
    {
      name: 'Test accuracy',
      value: last ? formatPercent(last.testAccuracy) : '–',
      note: best ? `best ${formatPercent(best.testAccuracy)} at epoch ${best.epoch}` : NO_EPOCH,
    },
    ...averageNumbers(last),
    { name: 'Train accuracy', value: last ? formatPercent(last.trainAccuracy) : '–', note: 'whole training set' },
  ];
}
