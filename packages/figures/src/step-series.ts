import type { StepBuckets } from '@fdr/records';

/** The buckets of one column, bucket by bucket. Minimum, maximum and sum are those of the finite values. */
interface BucketColumn {
  readonly minimum: Float64Array;
  readonly maximum: Float64Array;
  readonly sum: Float64Array;
  /** The number of finite values. It is less than the bucket's steps where the bucket holds a NaN or an infinity. */
  readonly finite: Float64Array;
}

/**
 * Every step of a run in bounded memory: bucket `b` covers the steps from `b * width` up to, but not including, `(b + 1) * width`,
 * counted from 0. When all buckets are full the width doubles, so it is a power of two and two buckets of one width
 * make one bucket of the next. Extremes survive every doubling: no spike is lost.
 */
export interface StepSeries {
  readonly columns: ReadonlyMap<string, BucketColumn>;
  /** The largest number of buckets; even. */
  readonly capacity: number;
  /** Steps per bucket. */
  width: number;
  /** Steps appended so far. */
  steps: number;
}

/** One bucket of one column. */
interface Bucket {
  /** Steps before the bucket. */
  readonly start: number;
  /** Steps in the bucket: the series' width, and fewer in the last bucket. */
  readonly steps: number;
  /** How many of the values are finite. */
  readonly finite: number;
  /** The smallest finite value; Infinity where there is none. */
  readonly minimum: number;
  /** The largest finite value; -Infinity where there is none. */
  readonly maximum: number;
  /** The sum of the finite values. */
  readonly sum: number;
}

/**
 * An empty series.
 *
 * @param columns names of the values of a step, in the order of the rows.
 * @param capacity the largest number of buckets, an even number of at least 2.
 * @throws RangeError if `capacity` is out of its range.
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

/** How many buckets hold a step. */
export function bucketCount(series: StepSeries): number {
  return Math.ceil(series.steps / series.width);
}

/** The buckets of a column that hold a step, in order; none if the series has no such column. */
export function bucketsOf(series: StepSeries, name: string): Bucket[] {
  const column = series.columns.get(name);
  if (!column) return [];
  return Array.from({ length: bucketCount(series) }, (_, index) => {
    const start = index * series.width;
    return {
      start,
      steps: Math.min(series.steps - start, series.width),
      finite: column.finite[index] ?? 0,
      minimum: column.minimum[index] ?? Infinity,
      maximum: column.maximum[index] ?? -Infinity,
      sum: column.sum[index] ?? 0,
    };
  });
}

/** Merges every two neighbours in place; the second half becomes `empty`, the neutral element of `merge`. */
function mergePairs(values: Float64Array, empty: number, merge: (left: number, right: number) => number): void {
  const half = values.length / 2;
  for (let index = 0; index < half; index += 1)
    values[index] = merge(values[2 * index] ?? empty, values[2 * index + 1] ?? empty);
  values.fill(empty, half);
}

function doubleWidth(series: StepSeries): void {
  const add = (left: number, right: number): number => left + right;
  for (const { minimum, maximum, sum, finite } of series.columns.values()) {
    mergePairs(minimum, Infinity, Math.min);
    mergePairs(maximum, -Infinity, Math.max);
    mergePairs(sum, 0, add);
    mergePairs(finite, 0, add);
  }
  series.width *= 2;
}

/** Adds `count` values to a bucket, of which their extremes and their mean are known. */
function addValues(column: BucketColumn, index: number, low: number, high: number, mean: number, count: number): void {
  if (!Number.isFinite(low) || !Number.isFinite(high) || !Number.isFinite(mean)) return;
  if (low < (column.minimum[index] ?? Infinity)) column.minimum[index] = low;
  if (high > (column.maximum[index] ?? -Infinity)) column.maximum[index] = high;
  column.sum[index] = (column.sum[index] ?? 0) + count * mean;
  column.finite[index] = (column.finite[index] ?? 0) + count;
}

function assertContinues(series: StepSeries, from: number): void {
  if (from !== series.steps) throw new RangeError(`steps must continue at ${series.steps}, not at ${from}`);
}

/**
 * Appends the next steps to `series`, which it changes.
 *
 * @param from index of the first row; must be `series.steps`.
 * @param rows row-major, one value per column.
 * @throws RangeError if the rows do not continue the series, or are no whole number of rows.
 */
export function appendRows(series: StepSeries, from: number, rows: Float32Array): void {
  assertContinues(series, from);
  const columns = [...series.columns.values()];
  if (rows.length % columns.length !== 0) {
    throw new RangeError(`rows hold ${columns.length} values each; ${rows.length} values are no whole number of rows`);
  }
  for (let offset = 0; offset < rows.length; offset += columns.length) {
    if (series.steps === series.capacity * series.width) doubleWidth(series);
    const bucket = Math.floor(series.steps / series.width);
    columns.forEach((column, index) => {
      const value = rows[offset + index] ?? NaN;
      addValues(column, bucket, value, value, value, 1);
    });
    series.steps += 1;
  }
}

/**
 * Appends steps that come as buckets to `series`, which it changes and makes at least as coarse as they are. A bucket that overlaps two of the
 * series' own gives its extremes to both, and to each its share of the sum.
 *
 * @param buckets `buckets.from` must be `series.steps`; every column of the series must be there.
 * @throws RangeError if the buckets do not continue the series, or a column is missing or has the wrong length.
 */
export function appendBuckets(series: StepSeries, buckets: StepBuckets): void {
  assertContinues(series, buckets.from);
  const count = Math.ceil((buckets.to - buckets.from) / buckets.width);
  const pairs = [...series.columns].map(([name, column]) => ({ column, source: sourceOf(buckets, name, count) }));
  while (count > 0 && (series.width < buckets.width || buckets.to > series.capacity * series.width))
    doubleWidth(series);
  for (let index = 0; index < count; index += 1) {
    const start = buckets.from + index * buckets.width;
    const end = Math.min(start + buckets.width, buckets.to);
    for (let bucket = Math.floor(start / series.width); bucket * series.width < end; bucket += 1) {
      const shared = Math.min(end, (bucket + 1) * series.width) - Math.max(start, bucket * series.width);
      for (const { column, source } of pairs) {
        const { min, max, mean } = source;
        addValues(column, bucket, min[index] ?? NaN, max[index] ?? NaN, mean[index] ?? NaN, shared);
      }
    }
  }
  series.steps = Math.max(series.steps, buckets.to);
}

function sourceOf({ columns }: StepBuckets, name: string, count: number): StepBuckets['columns'][string] {
  const source = Object.hasOwn(columns, name) ? columns[name] : undefined;
  if (!source) throw new RangeError(`the buckets lack the column ${JSON.stringify(name)}`);
  if ([source.min, source.max, source.mean].some(({ length }) => length !== count)) {
    throw new RangeError(`column ${JSON.stringify(name)} must hold ${count} buckets`);
  }
  return source;
}
