import { expect, it } from 'vitest';
import { panned, valueAt, zoomed } from '../src/timeline/range-gestures.js';

const whole = { from: 0, to: 100 };
const visible = { from: 20, to: 60 };

it('a zoom leaves the value under the pointer in its place, on both scales', () => {
  expect(zoomed(visible, 0.25, 0.5, whole, 'linear')).toEqual({ from: 25, to: 45 });
  for (const scale of ['linear', 'log'] as const) {
    const all = { from: 0.01, to: 100 };
    const seen = { from: 1, to: 50 };
    const range = zoomed(seen, 0.3, 0.2, all, scale)!;
    expect(valueAt(range, 0.3, scale)).toBeCloseTo(valueAt(seen, 0.3, scale), 10);
  }
  // On a log axis the length is in the logarithm: 4 decades become 2, about the middle.
  const range = zoomed({ from: 0.01, to: 100 }, 0.5, 0.5, { from: 0.01, to: 100 }, 'log')!;
  expect(range.from).toBeCloseTo(0.1, 12);
  expect(range.to).toBeCloseTo(10, 12);
});

it('a zoom out stops at the whole run, which is null', () => {
  expect(zoomed(visible, 0.5, 3, whole, 'linear')).toBeNull();
  // 80 long, its end beyond the run's: moved back.
  expect(zoomed({ from: 60, to: 100 }, 0, 2, whole, 'linear')).toEqual({ from: 20, to: 100 });
});

it('a zoom in stops at a thousandth of an epoch', () => {
  const range = zoomed({ from: 5, to: 5.001 }, 0.5, 0.01, whole, 'linear')!;
  expect(range.to - range.from).toBeCloseTo(0.001, 9);
});

it('a pan keeps the length and stays within the run', () => {
  expect(panned(visible, 0.5, whole, 'linear')).toEqual({ from: 40, to: 80 });
  expect(panned(visible, 5, whole, 'linear')).toEqual({ from: 60, to: 100 });
  expect(panned(visible, -5, whole, 'linear')).toEqual({ from: 0, to: 40 });
  expect(panned(whole, 0.3, whole, 'linear')).toBeNull();
});
