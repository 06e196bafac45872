import { describe, expect, it } from 'vitest';
import { appendBuckets, appendRows, createStepSeries } from '../src/index.js';
import { bucketCount } from '../src/step-series.js';
import { slowBuckets } from './reference/slow-buckets.js';

const wave = (count: number): Float32Array =>
  Float32Array.from({ length: 2 * count }, (_, i) => Math.sin(i * 1.7) + i / 1000);

describe('a step series', () => {
  it('keeps extremes and means of every bucket however often its width doubles', () => {
    const rows = wave(1001);
    const series = createStepSeries(['a', 'b'], 64);
    // Pieces of unequal size, as a live run sends them.
    for (let from = 0, size = 1; from < 1001; from += size, size = Math.min(size * 3, 1001 - from)) {
      appendRows(series, from, rows.subarray(2 * from, 2 * (from + size)));
      if (from + size >= 1001) break;
    }
    expect(series.steps).toBe(1001);
    expect(series.width).toBe(16); // 64 * 8 = 512 < 1001 <= 64 * 16
    expect(bucketCount(series)).toBe(63); // ceil(1001 / 16)
    const slow = slowBuckets(['a', 'b'], rows, 0, 1001, 16);
    for (const name of ['a', 'b']) {
      const column = series.columns.get(name)!;
      for (let bucket = 0; bucket < 63; bucket += 1) {
        expect(column.minimum[bucket]).toBe(slow.columns[name]!.min[bucket]);
        expect(column.maximum[bucket]).toBe(slow.columns[name]!.max[bucket]);
        expect(column.sum[bucket]! / column.finite[bucket]!).toBeCloseTo(slow.columns[name]!.mean[bucket]!, 12);
      }
    }
  });

  it('loses no spike', () => {
    const rows = new Float32Array(10_000).fill(1);
    rows[7777] = 1e6;
    rows[1234] = -5;
    const series = createStepSeries(['loss'], 16);
    appendRows(series, 0, rows);
    const { maximum, minimum } = series.columns.get('loss')!;
    expect(Math.max(...maximum)).toBe(1e6);
    expect(maximum.indexOf(1e6)).toBe(Math.floor(7777 / series.width));
    expect(minimum.indexOf(-5)).toBe(Math.floor(1234 / series.width));
  });

  it('counts the finite values and keeps their extremes', () => {
    const series = createStepSeries(['loss'], 2);
    appendRows(series, 0, Float32Array.from([1, NaN, 9, Infinity, 2, 3, 4, 5]));
    const { minimum, maximum, finite } = series.columns.get('loss')!;
    expect([...finite]).toEqual([2, 4]);
    expect([...maximum]).toEqual([9, 5]);
    expect([...minimum]).toEqual([1, 2]);
  });

  it.each([1, 4, 5])('is the same from buckets of width %i as from rows, as far as buckets can be split', (width) => {
    const rows = wave(300);
    const whole = createStepSeries(['a', 'b'], 64);
    appendRows(whole, 0, rows);
    const series = createStepSeries(['a', 'b'], 64);
    appendBuckets(series, slowBuckets(['a', 'b'], rows, 0, 256, width));
    appendRows(series, 256, rows.subarray(512));
    expect([series.steps, series.width]).toEqual([300, 8]);
    const [one, other] = [series.columns.get('a')!, whole.columns.get('a')!];
    for (let bucket = 0; bucket < bucketCount(whole); bucket += 1) {
      expect(one.finite[bucket]).toBe(other.finite[bucket]);
      if (width === 5) {
        expect(one.maximum[bucket]).toBeGreaterThanOrEqual(other.maximum[bucket]!);
        expect(one.minimum[bucket]).toBeLessThanOrEqual(other.minimum[bucket]!);
      } else {
        expect(one.maximum[bucket]).toBe(other.maximum[bucket]);
        expect(one.minimum[bucket]).toBe(other.minimum[bucket]);
        expect(one.sum[bucket]).toBeCloseTo(other.sum[bucket]!, 10);
      }
    }
    const total = (sums: Float64Array): number => sums.reduce((sum, value) => sum + value, 0);
    expect(total(one.sum)).toBeCloseTo(total(other.sum), 8);
  });

  it('refuses a gap, a repetition, incomplete rows and missing columns', () => {
    const series = createStepSeries(['a', 'b']);
    appendRows(series, 0, new Float32Array(4));
    expect(() => appendRows(series, 3, new Float32Array(2))).toThrow('continue at 2, not at 3');
    expect(() => appendRows(series, 1, new Float32Array(2))).toThrow('continue at 2, not at 1');
    expect(() => appendRows(series, 2, new Float32Array(3))).toThrow('no whole number of rows');
    const columns = { a: { min: [1], max: [1], mean: [1] } };
    expect(() => appendBuckets(series, { from: 2, to: 3, width: 1, columns })).toThrow('lack the column "b"');
    expect(series.steps).toBe(2);
    expect(() => createStepSeries(['a'], 3)).toThrow('even number of at least 2, not 3');
  });
});
