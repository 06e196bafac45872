import type { StepBuckets } from '@fdr/records';

/** What one column's buckets hold, bucket by bucket. Extremes and sum are those of the finite values. */
export interface BucketColumn {
  readonly minimum: Float64Array;
  readonly maximum: Float64Array;
  readonly sum: Float64Array;
  /** How many values were finite. Where that is less than the bucket's steps, the bucket holds a NaN or an infinity. */
  readonly finite: Float64Array;
}

/**
 * Every step of a run in bounded memory: bucket `b` covers the steps `b * width` up to, but without, `(b + 1) * width`,
 * counted from 0. When all buckets are full the width doubles, so it is a power of two and buckets of one width
 * are halves of the next one's. Extremes survive every doubling: no spike is lost.
 */
export interface StepSeries {
  readonly columns: ReadonlyMap<string, BucketColumn>;
  /** Most buckets; even. */
  readonly capacity: number;
  /** Steps a bucket covers. */
  width: number;
  /** Steps taken in so far. */
  steps: number;
}

/**
 * @param columns names of the values of a step, in the order of the rows.
 * @param capacity most buckets, an even number of at least 2.
 */
export function createStepSeries(columns: readonly string[], capacity = 8192): StepSeries {
  if (!Number.isInteger(capacity) || capacity < 2 || capacity % 2 !== 0) {
    throw new RangeError(`capacity is an even number of at least 2, not ${capacity}`);
  }
  const empty = (): BucketColumn => ({
    minimum: new Float64Array(capacity).fill(Infinity),
    maximum: new Float64Array(capacity).fill(-Infinity),
    sum: new Float64Array(capacity),
    finite: new Float64Array(capacity),
  });
  return { columns: new Map(columns.map((name) => [name, empty()])), capacity, width: 1, steps: 0 };
}

export function bucketCount(series: StepSeries): number {
  return Math.ceil(series.steps / series.width);
}

/** How many of the steps taken in lie in the bucket: `width`, but for the last one. */
export function stepsInBucket(series: StepSeries, bucket: number): number {
  return Math.max(0, Math.min(series.steps - bucket * series.width, series.width));
}

function doubleWidth(series: StepSeries): void {
  const half = series.capacity / 2;
  for (const { minimum, maximum, sum, finite } of series.columns.values()) {
    for (let bucket = 0; bucket < half; bucket += 1) {
      const left = 2 * bucket;
      const right = left + 1;
      minimum[bucket] = Math.min(minimum[left] as number, minimum[right] as number);
      maximum[bucket] = Math.max(maximum[left] as number, maximum[right] as number);
      sum[bucket] = (sum[left] as number) + (sum[right] as number);
      finite[bucket] = (finite[left] as number) + (finite[right] as number);
    }
    minimum.fill(Infinity, half);
    maximum.fill(-Infinity, half);
    sum.fill(0, half);
    finite.fill(0, half);
  }
  series.width *= 2;
}

function fold(column: BucketColumn, bucket: number, low: number, high: number, mean: number, count: number): void {
  if (!Number.isFinite(low) || !Number.isFinite(high) || !Number.isFinite(mean)) return;
  if (low < (column.minimum[bucket] as number)) column.minimum[bucket] = low;
  if (high > (column.maximum[bucket] as number)) column.maximum[bucket] = high;
  column.sum[bucket] = (column.sum[bucket] as number) + count * mean;
  column.finite[bucket] = (column.finite[bucket] as number) + count;
}

function mustContinue(series: StepSeries, from: number): void {
  if (from !== series.steps) throw new RangeError(`steps must continue at ${series.steps}, not at ${from}`);
}

/**
 * Takes in the next steps; changes `series`.
 * @param from index of the first row; must be `series.steps`.
 * @param rows row-major, one value a column.
 */
export function appendRows(series: StepSeries, from: number, rows: Float32Array): void {
  mustContinue(series, from);
  const columns = [...series.columns.values()];
  if (rows.length % columns.length !== 0) {
    throw new RangeError(`rows hold ${columns.length} values each; ${rows.length} values are no whole number of rows`);
  }
  for (let offset = 0; offset < rows.length; offset += columns.length) {
    if (series.steps === series.capacity * series.width) doubleWidth(series);
    const bucket = Math.floor(series.steps / series.width);
    columns.forEach((column, index) => {
      const value = rows[offset + index] as number;
      fold(column, bucket, value, value, value, 1);
    });
    series.steps += 1;
  }
}

/**
 * Takes in steps that come as buckets; changes `series`, which becomes at least as coarse as they are. A bucket that lies across two of ours
 * gives its extremes to both, and to each its share of the mean.
 * @param buckets `buckets.from` must be `series.steps`; all our columns must be there.
 */
export function appendBuckets(series: StepSeries, buckets: StepBuckets): void {
  mustContinue(series, buckets.from);
  const count = Math.ceil((buckets.to - buckets.from) / buckets.width);
  const sources = [...series.columns].map(([name, column]) => {
    const source = Object.hasOwn(buckets.columns, name) ? buckets.columns[name] : undefined;
    if (!source) throw new RangeError(`the buckets lack the column ${JSON.stringify(name)}`);
    if ([source.min, source.max, source.mean].some(({ length }) => length !== count)) {
      throw new RangeError(`column ${JSON.stringify(name)} must hold ${count} buckets`);
    }
    return { column, source };
  });
  while (count > 0 && (series.width < buckets.width || buckets.to > series.capacity * series.width))
    doubleWidth(series);
  for (let index = 0; index < count; index += 1) {
    const start = buckets.from + index * buckets.width;
    const end = Math.min(start + buckets.width, buckets.to);
    for (let bucket = Math.floor(start / series.width); bucket * series.width < end; bucket += 1) {
      const shared = Math.min(end, (bucket + 1) * series.width) - Math.max(start, bucket * series.width);
      for (const { column, source } of sources) {
        fold(
          column,
          bucket,
          source.min[index] as number,
          source.max[index] as number,
          source.mean[index] as number,
          shared,
        );
      }
    }
  }
  series.steps = Math.max(series.steps, buckets.to);
}
