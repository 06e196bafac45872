import { balanceAxis, onBalanceAxis, outlierArrows } from '../balance-axis.js';
import type { Chart, Marks } from '../chart.js';
import { curvePoint } from '../curve.js';
import { learningRateChanges, learningRateStairs } from '../learning-rate-changes.js';
import { epochCurve, epochsDone, type RunRecords } from '../run-records.js';
import type { Range } from '../scale.js';
import { THEMES, type Theme, type ThemeName } from '../theme.js';
import type { Panel } from './panels.js';

/** A moment at which a rule would have changed the learning rate. */
export interface ReplayFiring {
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
  /** False where an earlier firing has already departed from the recorded training. */
  readonly exact: boolean;
}

/** What a rule would have observed at epochs' ends, and what it would have done. */
export interface Replay {
  readonly observations: readonly { readonly epoch: number; readonly ratio: number }[];
  readonly firings: readonly ReplayFiring[];
  /** X of section 3.3. */
  readonly threshold: number;
}

/** A recorded run, and the ratio and the learning rate that another rule would have seen and set. */
export const replayPanels = (records: RunRecords, replay: Replay, theme: ThemeName = 'light'): Panel[] =>
  ratioAndRatePanels(records, 'Learning rate', (range) => ({
    ratio: ratioChart(records, replay, range, THEMES[theme]),
    rate: learningRateChart(records, replay, range, THEMES[theme]),
  }));

/** The ratio above the learning rate, over all epochs of a run. @param rateTitle of the lower panel */
export function ratioAndRatePanels(
  records: RunRecords,
  rateTitle: string,
  draw: (range: Range) => { readonly ratio: Chart; readonly rate: Chart },
): Panel[] {
  const range = { from: 0, to: Math.max(epochsDone(records), 1) };
  const { ratio, rate } = draw(range);
  return [
    { title: 'Ratio of the two sides of FDR1 at epochs’ ends', x: 'linear', y: 'linear', range, chart: ratio },
    { title: rateTitle, x: 'linear', y: 'log', range, chart: rate },
  ];
}

function ratioChart(
  records: RunRecords,
  { observations, firings, threshold }: Replay,
  range: Range,
  theme: Theme,
): Chart {
  const { hues, ratio: color } = theme;
  const recorded = epochCurve(records, ({ ratio }) => ratio);
  const observed = observations.map(({ epoch, ratio }) => curvePoint(epoch, ratio));
  const ratios = new Map(observations.map(({ epoch, ratio }) => [epoch, ratio]));
  const observedRatios = observations.map(({ ratio }) => ratio);
  const axis = balanceAxis(observedRatios, threshold, 'linear');
  return {
    name: 'O_L / O_R',
    traces: [
      { name: 'recorded', curve: onBalanceAxis(recorded, axis), color: hues.black, opacity: 0.5 },
      { name: 'as the rule would see it', curve: onBalanceAxis(observed, axis), color, width: 2 },
    ],
    marks: [
      ...outlierArrows(observed, axis, range, color),
      ...firingMarks(firings, theme, ({ epoch }) => ratios.get(epoch) ?? NaN),
    ],
    band: axis.band,
    yRange: axis.yRange,
  };
}

function learningRateChart({ run, events }: RunRecords, { firings }: Replay, range: Range, theme: Theme): Chart {
  const { hues } = theme;
  const start = run.config.learningRate;
  const recorded = learningRateStairs(start, learningRateChanges(events, run), range.to);
  const replayed = learningRateStairs(start, firings, range.to);
  return {
    name: 'η',
    traces: [
      { name: 'recorded', curve: recorded, color: hues.black, opacity: 0.5, stairs: true },
      { name: 'as the rule would set it', curve: replayed, color: hues.blue, width: 2, stairs: true },
    ],
    marks: firingMarks(firings, theme, ({ to }) => to),
  };
}

/** A dot for each firing, in one colour for those that are exact and another for those that are hypothetical. */
function firingMarks(
  firings: readonly ReplayFiring[],
  { hues }: Theme,
  yOf: (firing: ReplayFiring) => number,
): Marks[] {
  const pointsOf = (wanted: boolean): Marks['points'] =>
    firings.filter(({ exact }) => exact === wanted).map((firing) => ({ x: firing.epoch, y: yOf(firing) }));
  return [
    { name: 'the rule fires', color: hues.orange, symbol: 'circle', points: pointsOf(true) },
    { name: 'the rule fires, hypothetically', color: hues.ochre, symbol: 'circle', points: pointsOf(false) },
  ];
}
