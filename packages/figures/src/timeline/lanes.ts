import { formatNumber, thresholdOf, valleyFloor } from '@fdr/core/relations';
import { balanceAxis, onBalanceAxis } from '../balance-axis.js';
import type { Chart } from '../chart.js';
import { brokenRanges, columnCurve, curvePoint, type Curve } from '../curve.js';
import { visibleStairs, type LearningRateChange } from '../learning-rate-changes.js';
import { epochCurve, halfRunningCurve, ratioCurve, visibleValues, type RunRecords } from '../run-records.js';
import { isWithin, type Range, type Scale } from '../scale.js';
import type { Theme } from '../theme.js';

/** One chart of the timeline, and the scale of its vertical axis. */
export interface Lane {
  readonly chart: Chart;
  readonly y: Scale;
}

/** What the lanes are made of. */
export interface LaneContext {
  readonly records: RunRecords;
  readonly range: Range;
  readonly theme: Theme;
  readonly changes: readonly LearningRateChange[];
}

const level = ({ from, to }: Range, value: number): Curve => [curvePoint(from, value), curvePoint(to, value)];

/** Mini-batch loss: all steps, the half-running average (15), the full-batch loss, and the estimate of the valley's floor. */
export function lossLane({ records, range, theme, changes }: LaneContext, y: Scale): Lane {
  const { run, epochs, steps } = records;
  const each = columnCurve(steps, 'loss', run.stepsPerEpoch);
  const valley = valleyFloor(epochs, { stepsPerEpoch: run.stepsPerEpoch, threshold: thresholdOf(run.config.schedule) });
  const floor = valley && {
    name: `valley floor, about ${formatNumber(valley.floor.mean)}`,
    curve: level(range, valley.floor.mean),
    color: theme.hues.ochre,
    dashed: true,
  };
  return {
    y,
    chart: {
      name: 'loss',
      traces: [
        { name: 'each step', curve: each, color: theme.stepLoss, width: 1, opacity: 0.45 },
        { name: 'half-running', curve: halfRunningCurve(records, 'loss'), color: theme.average, width: 2.25 },
        { name: 'full-batch', curve: epochCurve(records, ({ trainLoss }) => trainLoss), color: theme.hues.purple },
        ...(floor ? [floor] : []),
      ],
      gaps: brokenRanges(each),
      learningRateChanges: changes,
    },
  };
}

/** The distance of the ratio from 1, and what it scatters by: a point in the shaded part may be there by chance. */
export function balanceLane({ records, range, theme, changes }: LaneContext): Lane {
  const threshold = thresholdOf(records.run.config.schedule);
  const atEpochs = epochCurve(records, ({ ratio }) => ratio);
  const noise = epochCurve(records, ({ scatter }) => 2 * (scatter ?? NaN));
  const noisy = visibleValues(noise, range).map((error) => 1 + error);
  const axis = balanceAxis([...visibleValues(atEpochs, range), ...noisy], threshold, 'log');
  const atSteps = onBalanceAxis(ratioCurve(records), axis);
  return {
    y: 'log',
    chart: {
      name: axis.name,
      traces: [
        { name: 'scatter, 2 standard errors', curve: noise, color: theme.muted, width: 1, dashed: true, filled: true },
        { name: 'at every step', curve: atSteps, color: theme.ratio, width: 1, opacity: 0.3 },
        { name: 'at epochs’ ends', curve: onBalanceAxis(atEpochs, axis), color: theme.ratio, width: 2, dots: true },
      ],
      band: axis.band,
      yRange: axis.yRange,
      learningRateChanges: changes,
    },
  };
}

/** An empty chart, for cells that are drawn over it. */
export const layerLane = ({ changes }: LaneContext, tensors: number): Lane => ({
  y: 'linear',
  chart: { name: '', traces: [], yRange: { from: 0, to: Math.max(tensors, 1) }, learningRateChanges: changes },
});

/** The learning rate as stairs, with a point at each change. */
export function rateLane({ records, range, theme, changes }: LaneContext, x: Scale): Lane {
  const color = theme.learningRate;
  const points = changes.filter(({ epoch }) => isWithin(range, epoch)).map(({ epoch, to }) => ({ x: epoch, y: to }));
  return {
    y: 'log',
    chart: {
      name: 'learning rate',
      traces: [
        { name: 'learning rate', curve: visibleStairs(records, changes, range, x), color, width: 2, stairs: true },
      ],
      marks: [{ name: 'change: click for its reason', color, symbol: 'circle', points }],
      learningRateChanges: changes,
    },
  };
}
