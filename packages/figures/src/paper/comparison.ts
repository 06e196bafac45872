import { thresholdOf } from '@fdr/core/relations';
import type { EpochRecord } from '@fdr/records';
import { balanceAxis } from '../balance-axis.js';
import type { Trace } from '../chart.js';
import type { Curve } from '../curve.js';
import { learningRateChanges, learningRateStairs } from '../learning-rate-changes.js';
import { epochCurve, type RunRecords } from '../run-records.js';
import type { Range } from '../scale.js';
import { THEMES, type Hue, type ThemeName } from '../theme.js';
import type { Panel } from './panels.js';

/** The colours of compared runs, in the order in which a page gives them out. */
export const COMPARED_RUN_COLORS: readonly Hue[] = [
  'blue',
  'orange',
  'green',
  'purple',
  'black',
  'sky',
  'ochre',
  'slate',
];

/** One of the runs that are compared. */
export interface ComparedRun {
  readonly name: string;
  /** In the paper the preset schedule is black, the adaptive one blue or purple, AMSGrad green, Adam orange. */
  readonly color: Hue;
  readonly records: RunRecords;
  /** Whether it repeats another of the runs with another seed: it is drawn faintly, and the legend leaves it out. */
  readonly isRepeat?: boolean | undefined;
}

/**
 * Figure 4 (also S1 and S2): from top to bottom the learning rate of the runs that change it, the full-batch training loss f, and the
 * accuracies on the training images (solid) and the test images (dashed), over epochs.
 */
export function comparisonPanels(runs: readonly ComparedRun[], theme: ThemeName = 'light'): Panel[] {
  const range = epochsOf(runs);
  const legend = runs.filter(({ isRepeat }) => !isRepeat).map(({ name }) => name);
  const scheduled = runs.filter(({ records: { run, events } }) => {
    return run.config.schedule.kind !== 'constant' || events.some(({ type }) => type === 'learningRate');
  });
  const learningRates: Panel = {
    title: 'Learning rate',
    x: 'linear',
    y: 'log',
    range,
    legend,
    chart: {
      name: 'η',
      traces: scheduled.map((run) => ({ ...runTrace(run, ratesOf(run.records), theme), stairs: true })),
    },
  };
  return [
    ...(scheduled.length > 0 ? [learningRates] : []),
    {
      title: 'Full-batch training loss',
      x: 'linear',
      y: 'log',
      range,
      legend,
      chart: { name: 'f', traces: runs.map((run) => epochTrace(run, ({ trainLoss }) => trainLoss, theme)) },
    },
    {
      title: 'Accuracy on the training images (solid) and the test images (dashed)',
      x: 'linear',
      y: 'linear',
      range,
      legend,
      chart: {
        name: 'accuracy',
        yRange: accuracyRange(runs),
        unit: 'percent',
        traces: runs.flatMap((run) => [
          epochTrace(run, ({ trainAccuracy }) => trainAccuracy, theme),
          {
            ...epochTrace(run, ({ testAccuracy }) => testAccuracy, theme),
            name: `${run.name}, test`,
            dashed: true,
          },
        ]),
      },
    },
  ];
}

/** The distance of each run's O_L / O_R from 1 at epochs' ends, and the distance below which the paper's rule lowers the learning rate. */
export function balancePanel(runs: readonly ComparedRun[], theme: ThemeName = 'light'): Panel {
  const ratios = runs.flatMap(({ records }) => records.epochs.map(({ ratio }) => ratio));
  const threshold = Math.min(...runs.map(({ records }) => thresholdOf(records.run.config.schedule)));
  const { name, toAxis, yRange, band } = balanceAxis(ratios, threshold, 'log');
  return {
    title: 'Distance of O_L / O_R from 1',
    x: 'linear',
    y: 'log',
    range: epochsOf(runs),
    chart: { name, yRange, band, traces: runs.map((run) => epochTrace(run, ({ ratio }) => toAxis(ratio), theme)) },
  };
}

const epochsOf = (runs: readonly ComparedRun[]): Range => ({
  from: 0,
  to: Math.max(...runs.map(({ records }) => records.epochs.at(-1)?.epoch ?? 1)),
});

/** A curve in the colour of its run. */
const runTrace = ({ name, color, isRepeat }: ComparedRun, curve: Curve, theme: ThemeName): Trace => ({
  name,
  curve,
  color: THEMES[theme].hues[color],
  width: isRepeat ? 1 : 2,
  opacity: isRepeat ? 0.4 : undefined,
});

/** A value of every epoch of a run. */
const epochTrace = (run: ComparedRun, valueOf: (record: EpochRecord) => number, theme: ThemeName): Trace =>
  runTrace(run, epochCurve(run.records, valueOf), theme);

/** The learning rate from epoch 0 to the last epoch. */
const ratesOf = ({ run, epochs, events }: RunRecords): Curve =>
  learningRateStairs(run.config.learningRate, learningRateChanges(events, run), epochs.at(-1)?.epoch ?? 1);

/** The range of all accuracies after a twentieth of the epochs; those before would flatten the rest. */
function accuracyRange(runs: readonly ComparedRun[]): Range {
  const accuracies = runs.flatMap(({ records: { epochs } }) =>
    epochs
      .slice(Math.floor(epochs.length / 20))
      .flatMap(({ trainAccuracy, testAccuracy }) => [trainAccuracy, testAccuracy]),
  );
  const finite = accuracies.filter(Number.isFinite);
  if (finite.length === 0) return { from: 0, to: 1 };
  const lowest = Math.min(...finite);
  const highest = Math.max(...finite);
  const margin = Math.max(0.05 * (highest - lowest), 0.002);
  return { from: Math.max(0, lowest - margin), to: Math.min(1 + margin, highest + margin) };
}
