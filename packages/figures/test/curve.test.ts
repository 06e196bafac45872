import { describe, expect, it } from 'vitest';
import {
  brokenRanges,
  columnCurve,
  curvePoint,
  linePoints,
  nearestPoint,
  reduceCurve,
  type Curve,
} from '../src/curve.js';
import { appendRows, createStepSeries } from '../src/index.js';

/** 8,000 points at hundredths, a cosine with a spike up and a spike down. */
const spiky: Curve = Array.from({ length: 8000 }, (_, i) =>
  curvePoint((i + 1) / 100, i === 4321 ? 1000 : i === 17 ? -50 : Math.cos(i)),
);

describe('a reduced curve', () => {
  it.each(['linear', 'log'] as const)('keeps every extreme in at most as many points as asked (%s)', (scale) => {
    const reduced = reduceCurve(spiky, { from: 0.01, to: 80 }, scale, 500);
    expect(reduced.length).toBeLessThanOrEqual(502);
    expect(reduced.length).toBeGreaterThan(150);
    expect(Math.max(...reduced.map(({ high }) => high))).toBe(1000);
    expect(Math.min(...reduced.map(({ low }) => low))).toBe(-50);
    const spike = reduced.find(({ high }) => high === 1000)!;
    expect(Math.abs(spike.x - spiky[4321]!.x)).toBeLessThan(0.4);
  });

  it('keeps early detail on a log scale', () => {
    const whole = { from: 0.01, to: 80 };
    const early = (scale: 'linear' | 'log') => reduceCurve(spiky, whole, scale, 500).filter(({ x }) => x <= 0.3).length;
    expect(early('log')).toBe(30); // each of the first 30 points on its own
    expect(early('linear')).toBeLessThanOrEqual(3);
  });

  it('keeps every visible point of a small window, with a neighbour on either side', () => {
    const visible = reduceCurve(spiky, { from: 10, to: 12 }, 'linear', 500);
    expect(visible.length).toBe(203); // 10.00 .. 12.00 in hundredths, 9.99, 12.01
    expect([visible[0]!.x, visible.at(-1)!.x]).toEqual([9.99, 12.01]);
  });

  it('keeps a break among points that are merged', () => {
    const broken = spiky.map((point, i) => (i === 5000 ? curvePoint(point.x, NaN) : point));
    const reduced = reduceCurve(broken, { from: 0, to: 80 }, 'linear', 100);
    expect(reduced.filter((point) => point.broken).length).toBe(1);
    expect(linePoints(reduced, 'linear').filter(([, y]) => y === null).length).toBe(1);
  });
});

describe('the line of a curve', () => {
  it('runs from extreme to extreme and is interrupted where a value is not finite', () => {
    const source: Curve = [
      { x: 1, low: 0, high: 2, broken: false },
      { x: 2, low: 4, high: 6, broken: false },
      { x: 3, low: NaN, high: NaN, broken: true },
    ];
    expect(linePoints(source, 'linear')).toEqual([
      [1, 0],
      [1, 2],
      [2, 6],
      [2, 4],
      [3, null],
      [3, null],
    ]);
  });

  it('is interrupted where a log scale cannot show a value', () => {
    expect(linePoints([curvePoint(1, 1), curvePoint(2, -1), curvePoint(3, 0)], 'log')).toEqual([
      [1, 1],
      [2, null],
      [3, null],
    ]);
  });
});

it('a column’s curve has a point at the middle of each bucket, and its breaks reach half-way to their neighbours', () => {
  const series = createStepSeries(['loss'], 4);
  appendRows(series, 0, Float32Array.from([1, 2, 3, NaN, 5, 6, 7]));
  const found = columnCurve(series, 'loss', 10);
  expect(found.map(({ x }) => x)).toEqual([0.15, 0.35, 0.55, 0.7]); // steps 1-2, 3-4, 5-6, 7 of 10 an epoch
  expect(found.map(({ high }) => high)).toEqual([2, 3, 6, 7]);
  expect(found.map(({ broken }) => broken)).toEqual([false, true, false, false]);
  const [gap] = brokenRanges(found);
  expect(gap!.from).toBeCloseTo(0.25, 12);
  expect(gap!.to).toBeCloseTo(0.45, 12);
});

it('the broken ranges of a curve end at its first and last point, and neighbouring broken points share one', () => {
  const curve = [1, NaN, NaN, 4, NaN].map((y, index) => curvePoint(index, y));
  expect(brokenRanges(curve)).toEqual([
    { from: 0.5, to: 2.5 },
    { from: 3.5, to: 4 },
  ]);
});

it('the nearest point of a curve is the left one of two that are equally near', () => {
  const curve = [1, 2, 4].map((x) => curvePoint(x, 0));
  const nearest = (x: number) => nearestPoint(curve, x)?.x;
  expect([-5, 1.5, 1.6, 2, 3, 3.1, 9].map(nearest)).toEqual([1, 1, 2, 2, 2, 4, 4]);
  expect(nearestPoint([], 1)).toBeUndefined();
});
