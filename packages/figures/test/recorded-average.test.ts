import { expect, it } from 'vitest';
import { halfRunning, recordedHalfRunning } from '../src/half-running.js';
import { appendRows, createStepSeries } from '../src/index.js';
import { slowHalfRunning } from './quadratic-run.js';

const values = Array.from({ length: 700 }, (_, i) => Math.fround(Math.sin(i) + 1000 / (i + 10)));

function running(capacity: number, restarts: number[]) {
  const series = createStepSeries(['loss'], capacity);
  appendRows(series, 0, Float32Array.from(values));
  return halfRunning(series, 'loss', restarts);
}

it('equals the plain definition at every step while a bucket holds one step', () => {
  const restarts = [0, 123, 400];
  const { step, value } = running(1024, restarts);
  expect(step.length).toBe(700);
  step.forEach((t, index) => {
    const start = restarts.filter((restart) => restart < t).at(-1)!;
    const slow = slowHalfRunning(values.slice(start, t));
    expect(Math.abs(value[index]! - slow)).toBeLessThan(1e-10 * Math.abs(slow));
  });
});

it('stays within a hundredth of it in buckets of sixteen, away from the restart', () => {
  const { step, value } = running(64, [123]);
  expect(step[1]).toBe(32);
  step.forEach((t, index) => {
    if (t < 123 + 100) return;
    const slow = slowHalfRunning(values.slice(123, t));
    expect(Math.abs(value[index]! / slow - 1)).toBeLessThan(0.01);
  });
});

it('is not a number while its window holds one that is not', () => {
  const series = createStepSeries(['loss']);
  const rows = Float32Array.from({ length: 40 }, (_, i) => (i === 9 ? NaN : 1));
  appendRows(series, 0, rows);
  const { value } = halfRunning(series, 'loss');
  // Value 10 is in the window floor(t/2) < 10 <= t, that is for t = 10 .. 19.
  value.forEach((average, index) => {
    const t = index + 1;
    if (t >= 10 && t <= 19) expect(average).toBeNaN();
    else expect(average).toBeCloseTo(1, 12);
  });
});

it('is taken as the training recorded it where it did', () => {
  const series = createStepSeries(['loss', 'lossHalf'], 4);
  appendRows(series, 0, Float32Array.from([9, 1, 9, 2, 9, 4, 9, 8, 9, NaN]));
  const { step, value } = recordedHalfRunning(series, 'loss', []);
  expect(step).toEqual([1.5, 3.5, 5]); // steps 1-2, 3-4, and 5 alone
  expect(value).toEqual([1.5, 6, NaN]);
});
