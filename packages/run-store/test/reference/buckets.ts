import type { StepBuckets } from '@fdr/records';

/** The definition, on plain numbers: rows `from .. to - 1` in stretches of `ceil((to - from) / buckets)`. */
export function slowBuckets(
  values: Float32Array,
  columns: readonly string[],
  from: number,
  to: number,
  buckets: number,
): StepBuckets {
  const width = Math.max(1, Math.ceil((to - from) / buckets));
  const result: StepBuckets = { from, to, width, columns: {} };
  columns.forEach((name, column) => {
    const stretches: number[][] = [];
    for (let row = from; row < to; row++) {
      (stretches[Math.floor((row - from) / width)] ??= []).push(values[row * columns.length + column] as number);
    }
    result.columns[name] = {
      min: stretches.map((stretch) => (stretch.some(Number.isNaN) ? NaN : [...stretch].sort((a, b) => a - b)[0]!)),
      max: stretches.map((stretch) => (stretch.some(Number.isNaN) ? NaN : [...stretch].sort((a, b) => b - a)[0]!)),
      mean: stretches.map((stretch) => stretch.reduce((sum, value) => sum + value, 0) / stretch.length),
    };
  });
  return result;
}
