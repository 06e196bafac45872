import { bucketCount, stepsInBucket, type StepSeries } from './step-series.js';

/** A half-running average after `step[i]` steps. */
export interface HalfRunning {
  readonly step: readonly number[];
  readonly value: readonly number[];
}

/**
 * Half-running average (15) of a column: after t steps since the last restart, the mean of the values with index
 * floor(t/2) < t' <= t. It stands at every bucket's end. Where buckets hold one step it is exact; in wider ones a window that
 * ends inside a bucket takes that bucket's mean for the part it covers. NaN while the window holds a value that is not finite.
 * @param restarts steps done when the averages began anew, ascending; 0 is implied.
 */
export function halfRunning(series: StepSeries, name: string, restarts: readonly number[] = []): HalfRunning {
  const column = series.columns.get(name);
  const count = column ? bucketCount(series) : 0;
  const sum = new Float64Array(count + 1);
  const missing = new Float64Array(count + 1);
  const step: number[] = [];
  const value: number[] = [];
  /** The running total `totals` after `steps` steps, linear inside a bucket. */
  const after = (totals: Float64Array, steps: number): number => {
    const bucket = Math.min(Math.floor(steps / series.width), count - 1);
    const share = (steps - bucket * series.width) / stepsInBucket(series, bucket);
    const before = totals[bucket] as number;
    return before + share * ((totals[bucket + 1] as number) - before);
  };
  let restart = 0;
  let next = 0;
  for (let bucket = 0; column && bucket < count; bucket += 1) {
    const steps = stepsInBucket(series, bucket);
    const finite = column.finite[bucket] as number;
    sum[bucket + 1] = (sum[bucket] as number) + (column.sum[bucket] as number);
    missing[bucket + 1] = (missing[bucket] as number) + steps - finite;
    const end = bucket * series.width + steps;
    for (; next < restarts.length && (restarts[next] as number) < end; next += 1) restart = restarts[next] as number;
    const start = restart + Math.floor((end - restart) / 2);
    const broken = after(missing, end) - after(missing, start) > 0;
    step.push(end);
    value.push(broken ? NaN : (after(sum, end) - after(sum, start)) / (end - start));
  }
  return { step, value };
}

/**
 * A half-running average as the training recorded it, in the column named after the value's with `Half` behind: its mean over each bucket,
 * at the bucket's middle. Where no such column was recorded, what {@link halfRunning} makes of the values themselves.
 */
export function recordedHalfRunning(series: StepSeries, name: string, restarts: readonly number[]): HalfRunning {
  const column = series.columns.get(`${name}Half`);
  if (!column) return halfRunning(series, name, restarts);
  const step: number[] = [];
  const value: number[] = [];
  for (let bucket = 0; bucket < bucketCount(series); bucket += 1) {
    const steps = stepsInBucket(series, bucket);
    const finite = column.finite[bucket] as number;
    step.push(bucket * series.width + (steps + 1) / 2);
    value.push(finite < steps ? NaN : (column.sum[bucket] as number) / steps);
  }
  return { step, value };
}
