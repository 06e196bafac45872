import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createStepFile } from '../src/step-file.js';
import { slowBuckets } from './reference/buckets.js';
import { temporaryFolder } from './sample.js';

async function stepFile(columns: string[], values: Float32Array) {
  const folder = await temporaryFolder();
  const path = join(folder, 'steps.f32');
  await writeFile(path, values);
  const file = createStepFile(folder, 'steps.f32', columns);
  await file.refresh();
  return { file, path };
}

/** Pseudorandom numbers with a NaN and both infinities among them. */
function randomValues(length: number): Float32Array {
  let seed = 1;
  const values = Float32Array.from({ length }, () => (seed = (seed * 48271) % 2147483647) / 2147483647 - 0.5);
  values[Math.floor(length * 0.3)] = NaN;
  values[Math.floor(length * 0.6)] = Infinity;
  values[Math.floor(length * 0.8)] = -Infinity;
  return values;
}

describe('a step file', () => {
  it.each([
    [0, 1000, 10],
    [0, 1000, 7],
    [3, 997, 1000],
    [3, 997, 1],
    [999, 1000, 50],
    [500, 500, 5],
  ])('summarizes rows %i to %i in %i buckets as the slow reference does', async (from, to, buckets) => {
    const values = randomValues(3000);
    const { file } = await stepFile(['a', 'b', 'c'], values);
    const found = await file.buckets(from, to, buckets);
    const expected = slowBuckets(values, ['a', 'b', 'c'], from, to, buckets);
    expect({ from: found.from, to: found.to, width: found.width }).toEqual({ from, to, width: expected.width });
    for (const name of ['a', 'b', 'c']) {
      expect(found.columns[name]?.min).toEqual(expected.columns[name]?.min);
      expect(found.columns[name]?.max).toEqual(expected.columns[name]?.max);
      const means = expected.columns[name]?.mean ?? [];
      expect(found.columns[name]?.mean).toHaveLength(means.length);
      Array.from(found.columns[name]?.mean ?? []).forEach((mean, i) => {
        const exact = means[i] ?? 0;
        if (Number.isFinite(exact)) expect(Math.abs(mean - exact)).toBeLessThanOrEqual(1e-12);
        else expect(mean).toBe(exact);
      });
    }
  });

  it('keeps a spike in the maximum of its bucket, wherever it is in a file of several blocks', async () => {
    const rows = 600_000;
    for (const row of [0, 262_143, 262_144, 524_288, rows - 1]) {
      const values = new Float32Array(rows);
      values[row] = 1e30;
      const { file } = await stepFile(['loss'], values);
      const { width, columns } = await file.buckets(0, rows, 500);
      expect(columns['loss']?.max).toHaveLength(500);
      expect(Array.from(columns['loss']?.max ?? []).indexOf(Math.fround(1e30))).toBe(Math.floor(row / width));
    }
  });

  it('limits a range to the rows that are there', async () => {
    const { file } = await stepFile(['a'], new Float32Array([1, 2, 3]));
    expect(await file.buckets(1, 100, 10)).toEqual({
      from: 1,
      to: 3,
      width: 1,
      columns: { a: { min: [2, 3], max: [2, 3], mean: [2, 3] } },
    });
    expect(await file.buckets(50, 100, 10)).toMatchObject({ from: 3, to: 3, columns: { a: { min: [] } } });
    expect((await file.rows(50, 100)).length).toBe(0);
  });

  it('does not count a torn row', async () => {
    const { file, path } = await stepFile(['a', 'b'], new Float32Array([1, 2, 3]));
    expect(file.count).toBe(1);
    expect((await file.rows(0, 10)).length).toBe(8);
    await appendFile(path, Buffer.from(new Float32Array([4]).buffer));
    expect(await file.refresh()).toBe(true);
    expect(file.count).toBe(2);
    expect(await file.refresh()).toBe(false);
  });

  it('rejects a range that runs backwards, and zero buckets', async () => {
    const { file } = await stepFile(['a'], new Float32Array(3));
    await expect(file.buckets(2, 1, 1)).rejects.toThrow(/to must be at least from \(2\), not 1/);
    await expect(file.buckets(0, 1, 0)).rejects.toThrow(/buckets must be at least 1, not 0/);
  });
});
