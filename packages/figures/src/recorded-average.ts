import { bucketsOf, type StepSeries } from './step-series.js';

/** A half-running average and the number of steps it was taken after. */
export interface AveragePoint {
  /** The number of steps, which is fractional in the middle of a bucket. */
  readonly step: number;
  readonly value: number;
}

/**
 * The half-running average (15) of a column as the training recorded it, in the column of the same name with `Half` appended. Each point is the
 * mean over a bucket, at the bucket's middle. It is NaN where the bucket holds a value that is not finite.
 */
export function recordedAverage(series: StepSeries, name: string): AveragePoint[] {
  return bucketsOf(series, `${name}Half`).map(({ start, steps, finite, sum }) => ({
    step: start + (steps + 1) / 2,
    value: finite < steps ? NaN : sum / steps,
  }));
}
