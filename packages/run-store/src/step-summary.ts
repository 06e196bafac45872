import type { StepBuckets } from '@fdr/records';

/** Minimum, maximum and mean of each column over every `width` rows. */
export interface StepSummary {
  /** Adds rows that follow those added before, row after row. */
  add(values: Float32Array): void;
  /** The summary by column; the last bucket may have fewer rows. Nothing can be added afterwards. */
  finish(): StepBuckets['columns'];
}

/**
 * Starts a summary. Sums are taken in double precision.
 *
 * @param names of the columns, in order
 * @param width rows in a bucket; a whole number >= 1
 */
export function createStepSummary(names: readonly string[], width: number): StepSummary {
  const columns = names.map((name) => ({ name, ...EMPTY_BUCKET, buckets: emptyBuckets() }));
  /** Rows in the current bucket. */
  let rows = 0;

  function finishBucket(): void {
    for (const column of columns) {
      column.buckets.min.push(column.low);
      column.buckets.max.push(column.high);
      column.buckets.mean.push(column.sum / rows);
      Object.assign(column, EMPTY_BUCKET);
    }
    rows = 0;
  }

  return {
    add: (values) => {
      const bucketLength = width * columns.length;
      let begin = 0;
      while (begin < values.length) {
        const end = Math.min(begin + bucketLength - rows * columns.length, values.length);
        columns.forEach((column, index) => addColumn(column, values, begin + index, end, columns.length));
        rows += (end - begin) / columns.length;
        if (rows === width) finishBucket();
        begin = end;
      }
    },
    finish: () => {
      if (rows > 0) finishBucket();
      return Object.fromEntries(columns.map(({ name, buckets }) => [name, buckets]));
    },
  };
}

/** The current bucket of a column. */
interface Bucket {
  low: number;
  high: number;
  sum: number;
}

const EMPTY_BUCKET: Readonly<Bucket> = { low: Infinity, high: -Infinity, sum: 0 };

function emptyBuckets(): { min: number[]; max: number[]; mean: number[] } {
  return { min: [], max: [], mean: [] };
}

/** Adds every `stride`-th value from `begin` up to `end`. Local variables make it fast: there may be a hundred million values. */
function addColumn(bucket: Bucket, values: Float32Array, begin: number, end: number, stride: number): void {
  let { low, high, sum } = bucket;
  for (let index = begin; index < end; index += stride) {
    const value = values[index] ?? NaN;
    // Math.min and Math.max keep a NaN; a comparison would lose it.
    low = Math.min(low, value);
    high = Math.max(high, value);
    sum += value;
  }
  bucket.low = low;
  bucket.high = high;
  bucket.sum = sum;
}
