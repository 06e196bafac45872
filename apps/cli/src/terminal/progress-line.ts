import { formatDuration, formatMeasured, formatNumber, formatPercent } from '@fdr/core/relations';
import { cutTo } from './text.js';

/** What is shown of a training. NaN: not known yet. */
export interface TrainingState {
  /** Epochs done, with the fraction of the one under way: 1.5. */
  readonly epoch: number;
  readonly epochs: number;
  readonly stepsPerSecond: number;
  readonly remainingSeconds: number;
  readonly loss: number;
  /** On the test data, 0 to 1. */
  readonly accuracy: number;
  /** The same of the average of the parameters; undefined where none is kept. */
  readonly averageAccuracy?: number | undefined;
  /** oLHalf / oRHalf */
  readonly ratio: number;
  readonly learningRate: number;
}

/** The fields in the order of the line. In a narrow terminal the fields of the highest `rank` are left out first. */
const FIELDS: readonly { readonly rank: number; readonly text: (state: TrainingState) => string }[] = [
  { rank: 0, text: ({ epoch, epochs }) => `epoch ${epoch.toFixed(1)}/${epochs}` },
  {
    rank: 6,
    text: ({ stepsPerSecond }) =>
      `${known(stepsPerSecond, (rate) => (rate < 10 ? rate.toPrecision(2) : rate.toFixed(0)))} steps/s`,
  },
  { rank: 4, text: ({ remainingSeconds }) => `ETA ${formatDuration(remainingSeconds)}` },
  { rank: 2, text: ({ loss }) => `loss ${formatMeasured(loss)}` },
  {
    rank: 5,
    text: ({ accuracy, averageAccuracy }) => {
      const ofAverage = averageAccuracy === undefined ? '' : `, average ${formatPercent(averageAccuracy)}`;
      return `test ${known(accuracy, formatPercent)}${ofAverage}`;
    },
  },
  { rank: 1, text: ({ ratio }) => `ratio ${known(ratio, formatMeasured)}` },
  { rank: 3, text: ({ learningRate }) => `lr ${formatNumber(learningRate)}` },
];

/** A dash for a quantity that has not been measured yet. A loss of NaN has been measured, and is shown as NaN. */
function known(value: number, format: (value: number) => string): string {
  return Number.isNaN(value) ? '-' : format(value);
}

/** One line of progress, at most so many columns wide: the least important fields are left out first. */
export function progressLine(state: TrainingState, columns = Infinity): string {
  const texts = FIELDS.map(({ rank, text }) => ({ rank, text: text(state) }));
  for (let kept = texts.length; kept > 1; kept--) {
    const line = join(texts.filter(({ rank }) => rank < kept));
    if (line.length <= columns) return line;
  }
  return cutTo(join(texts.filter(({ rank }) => rank === 0)), columns);
}

function join(fields: readonly { readonly text: string }[]): string {
  return fields.map(({ text }) => text).join('  ');
}
