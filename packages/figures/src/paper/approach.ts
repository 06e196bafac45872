import { columnCurve, type Curve } from '../curve.js';
import { numberText } from '../number-text.js';
import { epochCurve, halfRunningCurve, type RunRecords } from '../run-records.js';
import { rangeOf, type Range } from '../scale.js';
import { THEMES, type ThemeName } from '../theme.js';
import type { Panel } from './panels.js';

/** The half-running average of one side of (FDR1') over epochs. */
function side(records: RunRecords, column: 'oL' | 'oR'): Curve {
  return halfRunningCurve(
    records,
    [column],
    ([value = NaN]) => value,
    (record) => record[`${column}Half`],
  );
}

function epochsOf(runs: readonly RunRecords[]): Range {
  const ends = runs.map(({ run, epochs }) => (epochs.at(-1)?.step ?? run.stepsPerEpoch) / run.stepsPerEpoch);
  return { from: 0, to: Math.max(...ends) };
}

/**
 * Figure 1: the approach to stationarity of one run. Top: the mini-batch loss f^B of each step and its half-running average (15).
 * Bottom: the half-running averages of O_L and O_R (17), which agree in the stationary state by (FDR1').
 */
export function approachPanels(records: RunRecords, theme: ThemeName = 'light'): Panel[] {
  const { run, steps } = records;
  const { lines, ink } = THEMES[theme];
  const green = lines[2] as string;
  const range = epochsOf([records]);
  const average = halfRunningCurve(
    records,
    ['loss'],
    ([value = NaN]) => value,
    ({ lossHalf }) => lossHalf,
  );
  const instant = columnCurve(steps, 'loss', run.stepsPerEpoch);
  return [
    {
      title: 'Mini-batch loss',
      ...{ x: 'linear', y: 'log', range },
      chart: {
        name: 'loss',
        traces: [
          { name: 'each step', curve: instant, color: green, width: 1, opacity: 0.35 },
          { name: 'half-running average', curve: average, color: ink, width: 2.25 },
        ],
      },
    },
    {
      title: 'The two sides of FDR1, half-running averages',
      ...{ x: 'linear', y: 'log', range },
      chart: {
        name: 'average',
        traces: [
          { name: 'O_L = θ·∇f', curve: side(records, 'oL'), color: lines[0] as string, width: 2.25 },
          { name: rightName(records), curve: side(records, 'oR'), color: lines[1] as string, width: 2.25 },
        ],
      },
    },
  ];
}

const rightName = ({ run: { config } }: RunRecords): string =>
  config.momentum === 0 ? 'O_R = ½ η |∇f|²' : 'O_R = (1+μ)/(2(1−ν)) η |v|²';

/** Averages of fewer epochs than this are of too few steps to be looked at on a log axis. */
const FIRST_EPOCH = 0.25;
/** Of the axis of ratios. The runs begin far outside, and end within the band. */
const RATIOS: Range = { from: 0.7, to: 1.5 };
/** Half of the band's height: the paper's threshold X. */
const AGREEMENT = 0.01;

/**
 * Figure 2: the approach to stationarity at several learning rates. Half-running averages of O_L (solid) and O_R (dashed) of
 * each run, over the epochs since its learning rate was set; below, their ratio.
 *
 * @param runs one a learning rate, in the order of the protocol.
 */
export function relaxationPanels(runs: readonly RunRecords[], theme: ThemeName = 'light'): Panel[] {
  const range = { from: FIRST_EPOCH, to: Math.max(epochsOf(runs).to, 2 * FIRST_EPOCH) };
  const name = ({ run }: RunRecords): string => `η = ${numberText(run.config.learningRate)}`;
  const legend = runs.map(name);
  const color = (index: number): string => temperature(index / Math.max(1, runs.length - 1), theme);
  return [
    {
      title: 'The two sides of FDR1 at each learning rate: O_L solid, O_R dashed',
      ...{ x: 'log', y: 'log', range, legend },
      chart: {
        name: 'half-running average',
        heights: sidesAtEpochs(runs),
        traces: runs.flatMap((records, index) => [
          { name: name(records), curve: side(records, 'oL'), color: color(index), width: 2 },
          {
            ...{ name: `${name(records)}, O_R`, curve: side(records, 'oR'), color: color(index) },
            ...{ width: 2, opacity: 0.55, dashed: true },
          },
        ]),
      },
    },
    {
      title: 'Their ratio O_L / O_R at epochs’ ends',
      ...{ x: 'log', y: 'linear', range, legend },
      chart: {
        name: 'ratio',
        heights: RATIOS,
        band: { from: 1 - AGREEMENT, to: 1 + AGREEMENT },
        traces: runs.map((records, index) => ({
          ...{ name: name(records), curve: epochCurve(records, ({ ratio }) => ratio), color: color(index) },
          ...{ width: 2, dots: true },
        })),
      },
    },
  ];
}

/**
 * From the least to the most of both sides at epochs' ends: in the noise of the first steps O_L may fall to nothing, which would
 * take most of a log axis.
 */
function sidesAtEpochs(runs: readonly RunRecords[]): Range {
  const { from, to } = rangeOf(
    runs.flatMap(({ epochs }) => epochs.flatMap(({ oLHalf, oRHalf }) => [oLHalf, oRHalf])),
    'log',
  );
  return { from: from / 1.5, to: to * 1.5 };
}

/** From hot (0) to cold (1), of one darkness: the learning rate is what temperature is elsewhere (section 2.3.1). */
function temperature(place: number, theme: ThemeName): string {
  return `hsl(${Math.round(8 + 262 * place)}, 70%, ${theme === 'light' ? 40 : 66}%)`;
}
