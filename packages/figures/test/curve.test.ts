import { describe, expect, it } from 'vitest';
import { brokenRanges, columnCurve, curve, linePoints, reduceCurve } from '../src/curve.js';
import { appendRows, createStepSeries } from '../src/index.js';

const count = 8000;
const x = Array.from({ length: count }, (_, i) => (i + 1) / 100);
const spiky = x.map((_, i) => (i === 4321 ? 1000 : i === 17 ? -50 : Math.cos(i)));

describe('a reduced curve', () => {
  it.each(['linear', 'log'] as const)('keeps every extreme in at most as many points as asked (%s)', (scale) => {
    const reduced = reduceCurve(curve(x, spiky), { from: 0.01, to: 80 }, scale, 500);
    expect(reduced.x.length).toBeLessThanOrEqual(502);
    expect(reduced.x.length).toBeGreaterThan(150);
    expect(Math.max(...reduced.high)).toBe(1000);
    expect(Math.min(...reduced.low)).toBe(-50);
    const cell = reduced.high.indexOf(1000);
    expect(Math.abs(reduced.x[cell]! - x[4321]!)).toBeLessThan(0.4);
  });

  it('keeps early detail on a log scale', () => {
    const whole = { from: 0.01, to: 80 };
    const early = (scale: 'linear' | 'log') =>
      reduceCurve(curve(x, spiky), whole, scale, 500).x.filter((at) => at <= 0.3).length;
    expect(early('log')).toBe(30); // each of the first 30 points on its own
    expect(early('linear')).toBeLessThanOrEqual(3);
  });

  it('shows what is in sight at full resolution, with a neighbour on either side', () => {
    const { x: seen } = reduceCurve(curve(x, spiky), { from: 10, to: 12 }, 'linear', 500);
    expect(seen.length).toBe(203); // 10.00 .. 12.00 in hundredths, 9.99, 12.01
    expect([seen[0], seen.at(-1)]).toEqual([9.99, 12.01]);
  });

  it('keeps a break that a cell swallows', () => {
    const broken = spiky.map((value, i) => (i === 5000 ? NaN : value));
    const reduced = reduceCurve(curve(x, broken), { from: 0, to: 80 }, 'linear', 100);
    expect(reduced.broken.filter(Boolean).length).toBe(1);
    expect(linePoints(reduced, 'linear').filter(([, y]) => y === null).length).toBe(1);
  });
});

describe('a line', () => {
  it('runs from extreme to extreme and stops at what is not a number', () => {
    const source = { x: [1, 2, 3], low: [0, 4, NaN], high: [2, 6, NaN], broken: [false, false, true] };
    expect(linePoints(source, 'linear')).toEqual([
      [1, 0],
      [1, 2],
      [2, 6],
      [2, 4],
      [3, null],
      [3, null],
    ]);
  });

  it('stops where a log scale has no place for a value', () => {
    expect(linePoints(curve([1, 2, 3], [1, -1, 0]), 'log')).toEqual([
      [1, 1],
      [2, null],
      [3, null],
    ]);
  });
});

it('a column stands at the middle of its buckets, and its breaks reach half-way to their neighbours', () => {
  const series = createStepSeries(['loss'], 4);
  appendRows(series, 0, Float32Array.from([1, 2, 3, NaN, 5, 6, 7]));
  const found = columnCurve(series, 'loss', 10);
  expect(found.x).toEqual([0.15, 0.35, 0.55, 0.7]); // steps 1-2, 3-4, 5-6, 7 of 10 an epoch
  expect(found.high).toEqual([2, 3, 6, 7]);
  expect(found.broken).toEqual([false, true, false, false]);
  const [gap] = brokenRanges(found);
  expect(gap!.from).toBeCloseTo(0.25, 12);
  expect(gap!.to).toBeCloseTo(0.45, 12);
});
