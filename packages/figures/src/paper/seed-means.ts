import type { Interval } from '@fdr/core/relations';
import { TRACE_SYMBOLS, type Chart, type Trace } from '../chart.js';
import { curvePoint, type CurvePoint } from '../curve.js';
import type { Range } from '../scale.js';
import { lineColor, THEMES, type ThemeName } from '../theme.js';
import type { Panel } from './panels.js';

/** What runs of several seeds have reached at the end of an epoch. */
export interface MeanPoint {
  readonly epoch: number;
  /** Mean of the seconds since the beginning. */
  readonly seconds: number;
  readonly trainLoss: Interval;
  readonly testAccuracy: Interval;
}

/** Runs that differ in the seed alone. */
export interface MeanRun {
  readonly name: string;
  readonly points: readonly MeanPoint[];
}

const ABSCISSAE = { epoch: 'epoch', seconds: 'seconds of training and evaluation' } as const;
type Abscissa = keyof typeof ABSCISSAE;

/**
 * The full-batch training loss and the test accuracy against epochs, and both against seconds: the mean over seeds, and behind it faintly its
 * interval, where there are several seeds.
 *
 * @param title of what is compared
 * @param runs the first is drawn strongly
 */
export const seedMeanPanels = (title: string, runs: readonly MeanRun[], theme: ThemeName = 'light'): Panel[] =>
  (['epoch', 'seconds'] as const).flatMap((abscissa) => {
    const against = abscissa === 'epoch' ? '' : ', against seconds';
    const shared = {
      x: 'linear' as const,
      range: rangeOf(runs, abscissa),
      xName: ABSCISSAE[abscissa],
      legend: runs.map(({ name }) => name),
    };
    return [
      {
        ...shared,
        title: `Full-batch training loss${against}: ${title}`,
        y: 'log' as const,
        chart: chartOf('f', runs, { abscissa, value: 'trainLoss', theme }),
      },
      {
        ...shared,
        title: `Test accuracy${against}: ${title}`,
        y: 'linear' as const,
        chart: {
          ...chartOf('accuracy', runs, { abscissa, value: 'testAccuracy', theme }),
          unit: 'percent' as const,
          yRange: accuracyRange(runs),
        },
      },
    ];
  });

interface Drawing {
  readonly abscissa: Abscissa;
  readonly value: 'trainLoss' | 'testAccuracy';
  readonly theme: ThemeName;
}

const chartOf = (name: string, runs: readonly MeanRun[], drawing: Drawing): Chart => ({
  name,
  traces: runs.flatMap((run, index) => [...intervalTrace(run, index, drawing), meanTrace(run, index, drawing)]),
});

const meanTrace = ({ name, points }: MeanRun, index: number, { abscissa, value, theme }: Drawing): Trace => ({
  name,
  curve: points.map((point) => curvePoint(point[abscissa], point[value].mean)),
  color: lineColor(THEMES[theme], index),
  width: index === 0 ? 2.5 : 1.5,
  symbol: TRACE_SYMBOLS[index % TRACE_SYMBOLS.length],
});

/** The interval as a line from end to end; none for one seed. */
function intervalTrace({ name, points }: MeanRun, index: number, { abscissa, value, theme }: Drawing): Trace[] {
  const curve = points.flatMap((point): CurvePoint[] => {
    const { low, high } = point[value];
    return Number.isFinite(low) && Number.isFinite(high) ? [{ x: point[abscissa], low, high, broken: false }] : [];
  });
  const color = lineColor(THEMES[theme], index);
  return curve.length === 0 ? [] : [{ name: `${name}, 95 % interval`, curve, color, width: 1, opacity: 0.3 }];
}

const rangeOf = (runs: readonly MeanRun[], abscissa: Abscissa): Range => ({
  from: 0,
  to: Math.max(...runs.map(({ points }) => points.at(-1)?.[abscissa] ?? 1)),
});

/** The range of the means after a tenth of the epochs; those before would flatten the rest. */
function accuracyRange(runs: readonly MeanRun[]): Range {
  const means = runs.flatMap(({ points }) =>
    points.slice(Math.floor(points.length / 10)).map(({ testAccuracy }) => testAccuracy.mean),
  );
  const [lowest, highest] = [Math.min(...means), Math.max(...means)];
  const margin = Math.max(0.1 * (highest - lowest), 0.002);
  return { from: Math.max(0, lowest - margin), to: Math.min(1 + margin, highest + margin) };
}
