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
  const columns = names.map((name) => ({ name, summary: summarizeColumn() }));
  let rows = 0;

  function finishBucket(): void {
    for (const { summary } of columns) summary.finishBucket(rows);
    rows = 0;
  }

  return {
    add: (values) => {
      for (let start = 0; start < values.length; start += columns.length) {
        let index = start;
        for (const { summary } of columns) {
          summary.add(values[index] ?? NaN);
          index += 1;
        }
        rows += 1;
        if (rows === width) finishBucket();
      }
    },
    finish: () => {
      if (rows > 0) finishBucket();
      return Object.fromEntries(columns.map(({ name, summary }) => [name, summary.buckets]));
    },
  };
}

function summarizeColumn() {
  const buckets: { min: number[]; max: number[]; mean: number[] } = { min: [], max: [], mean: [] };
  let low = Infinity;
  let high = -Infinity;
  let sum = 0;

  return {
    buckets,
    add: (value: number): void => {
      // Math.min and Math.max keep a NaN; a comparison would lose it.
      low = Math.min(low, value);
      high = Math.max(high, value);
      sum += value;
    },
    finishBucket: (rows: number): void => {
      buckets.min.push(low);
      buckets.max.push(high);
      buckets.mean.push(sum / rows);
      low = Infinity;
      high = -Infinity;
      sum = 0;
    },
  };
}
