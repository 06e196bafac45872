import type { StepBuckets } from '@fdr/records';

/** Rows `from .. to - 1` in buckets of `width`, each computed from its own rows. A bucket that holds a NaN is NaN. */
export function slowBuckets(
  columns: readonly string[],
  rows: Float32Array,
  from: number,
  to: number,
  width: number,
): StepBuckets {
  const answer: StepBuckets = { from, to, width, columns: {} };
  columns.forEach((name, index) => {
    const column = { min: [] as number[], max: [] as number[], mean: [] as number[] };
    for (let start = from; start < to; start += width) {
      const values: number[] = [];
      for (let row = start; row < Math.min(start + width, to); row += 1)
        values.push(rows[row * columns.length + index]!);
      const broken = values.some((value) => Number.isNaN(value));
      column.min.push(broken ? NaN : Math.min(...values));
      column.max.push(broken ? NaN : Math.max(...values));
      column.mean.push(broken ? NaN : values.reduce((sum, value) => sum + value, 0) / values.length);
    }
    answer.columns[name] = column;
  });
  return answer;
}
