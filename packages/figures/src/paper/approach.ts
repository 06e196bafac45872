import { dynamicsOf, formatNumber } from '@fdr/core/relations';
import type { Trace } from '../chart.js';
import { columnCurve } from '../curve.js';
import { epochCurve, halfRunningCurve, type RunRecords } from '../run-records.js';
import { rangeOf, type Range } from '../scale.js';
import { THEMES, type ThemeName } from '../theme.js';
import type { Panel } from './panels.js';

/** From epoch 0 to the last epoch of all runs. */
function epochsOf(runs: readonly RunRecords[]): Range {
  const ends = runs.map(({ run, epochs }) => (epochs.at(-1)?.step ?? run.stepsPerEpoch) / run.stepsPerEpoch);
  return { from: 0, to: Math.max(...ends) };
}

/** O_R of (17) in symbols. Without momentum and dampening the velocity is the gradient itself. */
function rightSideName({ run: { config } }: RunRecords): string {
  const { momentum, dampening } = dynamicsOf(config.optimizer) ?? { momentum: 0, dampening: 0 };
  return momentum === 0 && dampening === 0 ? 'O_R = ½ η |∇f|²' : 'O_R = (1+μ)/(2(1−ν)) η |v|²';
}

/**
 * Figure 1: the approach to stationarity of one run. Top: the mini-batch loss f^B of each step and its half-running average (15).
 * Bottom: the half-running averages of O_L and O_R (17), which agree in the stationary state by (FDR1').
 */
export function approachPanels(records: RunRecords, theme: ThemeName = 'light'): Panel[] {
  const { oL, oR, average, hues } = THEMES[theme];
  const range = epochsOf([records]);
  const steps = columnCurve(records.steps, 'loss', records.run.stepsPerEpoch);
  const name = rightSideName(records);
  return [
    {
      title: 'Mini-batch loss',
      x: 'linear',
      y: 'log',
      range,
      chart: {
        name: 'loss',
        traces: [
          { name: 'each step', curve: steps, color: hues.green, width: 1, opacity: 0.35 },
          { name: 'half-running average', curve: halfRunningCurve(records, 'loss'), color: average, width: 2.25 },
        ],
      },
    },
    {
      title: 'The two sides of FDR1, half-running averages',
      x: 'linear',
      y: 'log',
      range,
      chart: {
        name: 'average',
        traces: [
          { name: 'O_L = θ·∇f', curve: halfRunningCurve(records, 'oL'), color: oL, width: 2.25 },
          { name, curve: halfRunningCurve(records, 'oR'), color: oR, width: 2.25 },
        ],
      },
    },
  ];
}

/** The first epoch of a log axis. Averages over a smaller part of an epoch are of too few steps to be shown. */
const FIRST_EPOCH = 0.25;
/** Range of the axis of ratios. The runs begin far outside, and end within the band. */
const RATIOS: Range = { from: 0.7, to: 1.5 };
/** Half of the band's height: the paper's threshold X. */
const AGREEMENT = 0.01;

/** A run of figure 2 with its name and colour. */
interface TemperedRun {
  readonly records: RunRecords;
  readonly name: string;
  readonly color: string;
}

/**
 * Figure 2: the approach to stationarity at several learning rates. Top: half-running averages of O_L (solid) and O_R (dashed) of
 * each run, over the epochs since its learning rate was set. Bottom: their ratio.
 *
 * @param runs one per learning rate, in the order of the protocol.
 */
export function relaxationPanels(runs: readonly RunRecords[], theme: ThemeName = 'light'): Panel[] {
  const range = { from: FIRST_EPOCH, to: Math.max(epochsOf(runs).to, 2 * FIRST_EPOCH) };
  const tempered = runs.map((records, index) => ({
    records,
    name: `η = ${formatNumber(records.run.config.learningRate)}`,
    color: temperatureColor(index / Math.max(1, runs.length - 1), theme),
  }));
  const legend = tempered.map(({ name }) => name);
  return [
    {
      title: 'The two sides of FDR1 at each learning rate: O_L solid, O_R dashed',
      x: 'log',
      y: 'log',
      range,
      legend,
      chart: { name: 'half-running average', yRange: sidesAtEpochs(runs), traces: tempered.flatMap(sideTraces) },
    },
    {
      title: 'Their ratio O_L / O_R at epochs’ ends',
      x: 'log',
      y: 'linear',
      range,
      legend,
      chart: {
        name: 'ratio',
        yRange: RATIOS,
        band: { from: 1 - AGREEMENT, to: 1 + AGREEMENT },
        traces: tempered.map(({ records, name, color }) => ({
          name,
          curve: epochCurve(records, ({ ratio }) => ratio),
          color,
          width: 2,
          dots: true,
        })),
      },
    },
  ];
}

const sideTraces = ({ records, name, color }: TemperedRun): Trace[] => [
  { name, curve: halfRunningCurve(records, 'oL'), color, width: 2 },
  {
    name: `${name}, O_R`,
    curve: halfRunningCurve(records, 'oR'),
    color,
    width: 2,
    opacity: 0.55,
    dashed: true,
  },
];

/**
 * The range of both sides at epochs' ends. In the noise of the first steps O_L may fall to almost zero, which would
 * take most of a log axis.
 */
function sidesAtEpochs(runs: readonly RunRecords[]): Range {
  const sides = runs.flatMap(({ epochs }) => epochs.flatMap(({ oLHalf, oRHalf }) => [oLHalf, oRHalf]));
  const { from, to } = rangeOf(sides, 'log');
  return { from: from / 1.5, to: to * 1.5 };
}

/** A hue from hot (0) to cold (1), all of one lightness: the learning rate takes the place of a temperature (section 2.3.1). */
function temperatureColor(position: number, theme: ThemeName): string {
  return `hsl(${Math.round(8 + 262 * position)}, 70%, ${theme === 'light' ? 40 : 66}%)`;
}
