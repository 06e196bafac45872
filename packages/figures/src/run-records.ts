import type { EpochRecord, EventRecord, Run } from '@fdr/records';
import { curve, type Curve } from './curve.js';
import { recordedHalfRunning } from './half-running.js';
import type { Range, Scale } from './scale.js';
import type { StepSeries } from './step-series.js';
import type { ThemeName } from './theme.js';

/** All that is known of a run. */
export interface RunRecords {
  readonly run: Run;
  readonly epochs: readonly EpochRecord[];
  readonly events: readonly EventRecord[];
  readonly steps: StepSeries;
}

/** How someone looks at a figure. */
export interface View {
  readonly x: Scale;
  readonly y: Scale;
  /** Epochs to show; all there are where it is null. */
  readonly range: Range | null;
  readonly theme: ThemeName;
}

/** Epochs done, as a fraction: the abscissa of all figures. */
export function epochsDone({ run, epochs, steps }: RunRecords): number {
  return Math.max(steps.steps, epochs.at(-1)?.step ?? 0) / run.stepsPerEpoch;
}

/** The epochs that a view shows; on a log axis it starts at the first step, not at zero. */
export function visibleEpochs(records: RunRecords, view: View): Range {
  const first = 1 / records.run.stepsPerEpoch;
  const end = Math.max(epochsDone(records), 2 * first);
  const { from, to } = view.range ?? { from: 0, to: end };
  const start = view.x === 'log' ? Math.max(from, first) : Math.max(from, 0);
  return { from: start, to: to > start ? to : Math.max(end, 2 * start) };
}

/** A value of every epoch record, over epochs. */
export function epochCurve({ run, epochs }: RunRecords, value: (record: EpochRecord) => number): Curve {
  return curve(
    epochs.map(({ step }) => step / run.stepsPerEpoch),
    epochs.map(value),
  );
}

/** Steps done when the half-running averages began anew: at each change of the learning rate. */
export function restarts(events: readonly EventRecord[]): number[] {
  return events.filter(({ type }) => type === 'learningRate').map(({ step }) => step);
}

/**
 * A half-running average over epochs: what the epoch records say exactly, and in between what the steps give. After a restart
 * the curve pauses for a quarter of an epoch, in which the average of the few steps there are says nothing.
 * @param value of the columns' averages, in order; e.g. the quotient of two.
 * @param exact the same read from an epoch record.
 */
export function halfRunningCurve(
  { run, epochs, events, steps }: RunRecords,
  columns: readonly string[],
  value: (averages: readonly number[]) => number,
  exact: (record: EpochRecord) => number,
): Curve {
  const restarted = restarts(events);
  const averages = columns.map((name) => recordedHalfRunning(steps, name, restarted));
  const known = new Map(epochs.map((record) => [record.step, exact(record)]));
  const pause = run.stepsPerEpoch / 4;
  const points = new Map<number, number>();
  let next = 0;
  let restart = -Infinity;
  averages[0]?.step.forEach((step, index) => {
    for (; next < restarted.length && (restarted[next] as number) < step; next += 1)
      restart = restarted[next] as number;
    if (step - restart > pause) points.set(step, value(averages.map((average) => average.value[index] as number)));
  });
  // A point just past each restart, not a number, breaks the line there.
  for (const step of restarted) points.set(step + 0.5, NaN);
  for (const [step, average] of known) points.set(step, average);
  const ordered = [...points].sort(([left], [right]) => left - right);
  return curve(
    ordered.map(([step]) => step / run.stepsPerEpoch),
    ordered.map(([, average]) => average),
  );
}
