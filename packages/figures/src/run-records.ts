import { inEquilibrium, thresholdOf } from '@fdr/core/relations';
import type { EpochRecord, EventRecord, Run } from '@fdr/records';
import { curvePoint, type Curve, type CurvePoint } from './curve.js';
import { lowerBound } from './lower-bound.js';
import { recordedAverage, type AveragePoint } from './recorded-average.js';
import { isWithin, type Range, type Scale } from './scale.js';
import type { StepSeries } from './step-series.js';
import type { ThemeName } from './theme.js';

/** Everything that is known of a run. */
export interface RunRecords {
  readonly run: Run;
  readonly epochs: readonly EpochRecord[];
  readonly events: readonly EventRecord[];
  readonly steps: StepSeries;
}

/** How a figure is viewed. */
export interface View {
  readonly x: Scale;
  readonly y: Scale;
  /** The visible epochs; null shows all of them. */
  readonly range: Range | null;
  readonly theme: ThemeName;
}

/** Epochs done, with the fraction of the current one. It is the abscissa of all figures of a run. */
export function epochsDone({ run, epochs, steps }: RunRecords): number {
  return Math.max(steps.steps, epochs.at(-1)?.step ?? 0) / run.stepsPerEpoch;
}

/** The epochs that a view shows. On a log axis they begin at the first step, not at zero. */
export function visibleEpochs(records: RunRecords, view: View): Range {
  const first = 1 / records.run.stepsPerEpoch;
  const end = Math.max(epochsDone(records), 2 * first);
  const { from, to } = view.range ?? { from: 0, to: end };
  const start = view.x === 'log' ? Math.max(from, first) : Math.max(from, 0);
  return { from: start, to: to > start ? to : Math.max(end, 2 * start) };
}

/** A value of every epoch record over epochs. */
export function epochCurve({ run, epochs }: RunRecords, valueOf: (record: EpochRecord) => number): Curve {
  return epochs.map((record) => curvePoint(record.step / run.stepsPerEpoch, valueOf(record)));
}

/** A value of the average of the parameters over epochs; empty where none is kept. */
export function averagedCurve(
  { run, epochs }: RunRecords,
  valueOf: (average: NonNullable<EpochRecord['average']>) => number,
): Curve {
  return epochs.flatMap(({ step, average }) =>
    average ? [curvePoint(step / run.stepsPerEpoch, valueOf(average))] : [],
  );
}

/** Whether an average of the parameters is kept. */
export const keepsAverage = ({ run }: Pick<RunRecords, 'run'>): boolean => run.config.average !== undefined;

/** The single values of a curve's points inside a range. */
export const visibleValues = (curve: Curve, range: Range): number[] =>
  curve.filter(({ x }) => isWithin(range, x)).map(({ low }) => low);

/** The number of steps after which the half-running averages restarted: at each change of the learning rate. */
const restartsOf = (events: readonly EventRecord[]): number[] =>
  events.filter(({ type }) => type === 'learningRate').map(({ step }) => step);

/** The last of the ascending `restarts` before a step; undefined if there is none. */
const lastRestart = (restarts: readonly number[], step: number): number | undefined =>
  restarts[lowerBound(restarts, step, (restart) => restart) - 1];

/**
 * A half-running average over epochs: the recorded values at the ends of epochs, and between them the averages after single steps. After a
 * restart the curve pauses for a quarter of an epoch, because the average of a few steps says nothing.
 */
function averageCurve(
  { run, epochs, events }: RunRecords,
  averages: readonly AveragePoint[],
  atEpoch: (record: EpochRecord) => number,
): Curve {
  const { stepsPerEpoch } = run;
  const restarts = restartsOf(events);
  const values = new Map<number, number>();
  for (const { step, value } of averages)
    if (step - (lastRestart(restarts, step) ?? -Infinity) > stepsPerEpoch / 4) values.set(step, value);
  // A NaN just after each restart interrupts the line.
  for (const step of restarts) values.set(step + 0.5, NaN);
  for (const record of epochs) values.set(record.step, atEpoch(record));
  return [...values]
    .sort(([left], [right]) => left - right)
    .map(([step, value]): CurvePoint => curvePoint(step / stepsPerEpoch, value));
}

/** The half-running average (15) of a column over epochs; see `averageCurve`. */
export const halfRunningCurve = (records: RunRecords, column: 'loss' | 'oL' | 'oR'): Curve =>
  averageCurve(records, recordedAverage(records.steps, column), (record) => record[`${column}Half`]);

/** The ratio of the half-running averages, O_L / O_R, over epochs; see `averageCurve`. */
export function ratioCurve(records: RunRecords): Curve {
  const right = recordedAverage(records.steps, 'oR');
  const ratios = recordedAverage(records.steps, 'oL').map(({ step, value }, index) => ({
    step,
    value: value / (right[index]?.value ?? NaN),
  }));
  return averageCurve(records, ratios, ({ ratio }) => ratio);
}

/** Whether the run was in equilibrium at the end of an epoch, by the rule of section 3.3 with the threshold of its schedule. */
export function wasInEquilibrium({ run, events }: RunRecords, { step, oLHalf, oRHalf }: EpochRecord): boolean {
  const steps = step - (lastRestart(restartsOf(events), step) ?? 0);
  const stepsUsed = steps - Math.floor(steps / 2);
  return inEquilibrium({ oLHalf, oRHalf, stepsUsed }, thresholdOf(run.config.schedule));
}

/** A sentence about the last epoch. */
export function lastEpochSummary(
  { epochs }: Pick<RunRecords, 'epochs'>,
  summarize: (last: EpochRecord) => string,
): string {
  const last = epochs.at(-1);
  return last ? summarize(last) : 'No epoch has ended yet.';
}
