import { describe, expect, it } from 'vitest';
import { formatInterval, formatTolerance, formatVerdict, jointVerdict, verdictOf } from '../src/relations/index.js';

const around = (mean: number, half: number) => ({ mean, low: mean - half, high: mean + half });
const near = { low: 0.99, high: 1.01 };

describe('the verdict on a measured value', () => {
  it.each([
    [1.002, 0.007, 'holds'],
    [1.002, 0.0079, 'holds'],
    // 1.002 + 0.0081 = 1.0101: the interval sticks out on one side, then on both.
    [1.002, 0.0081, 'undecided'],
    [1, 0.5, 'undecided'],
    [0.985, 0.006, 'undecided'],
    [0.985, 0.004, 'does not hold'],
    [1.02, 0.004, 'does not hold'],
    [1, 0, 'holds'],
    [1.01, 0, 'does not hold'],
  ] as const)('of %d ± %d within 0.01 of 1: %s', (mean, half, verdict) => {
    expect(verdictOf(around(mean, half), near)).toBe(verdict);
  });

  it('is undecided without an interval, or where value or interval is not finite', () => {
    expect(verdictOf(undefined, near)).toBe('undecided');
    for (const value of [NaN, Infinity, -Infinity])
      for (const field of ['mean', 'low', 'high'])
        expect(verdictOf({ ...around(1, 0.001), [field]: value }, near)).toBe('undecided');
    // Whichever side of the tolerance the known bound is on.
    expect(verdictOf({ mean: 3, low: 2, high: Infinity }, near)).toBe('undecided');
  });

  it('needs one bound alone where the tolerance has one', () => {
    const above = { low: 0, high: Infinity };
    expect([0.2, 0, -0.2].map((mean) => verdictOf(around(mean, 0.1), above))).toEqual([
      'holds',
      'undecided',
      'does not hold',
    ]);
    // No difference is not a positive one.
    expect(verdictOf(around(0, 0), above)).toBe('does not hold');
    expect(verdictOf(around(-1.2, 0.3), { low: -Infinity, high: 0 })).toBe('holds');
  });

  it('of several values is that of the worst', () => {
    expect(jointVerdict(['holds', 'holds'])).toBe('holds');
    expect(jointVerdict(['holds', 'undecided'])).toBe('undecided');
    expect(jointVerdict(['undecided', 'does not hold', 'holds'])).toBe('does not hold');
    expect(jointVerdict([])).toBe('undecided');
  });
});

it('intervals, tolerances and verdicts have one wording', () => {
  expect(formatInterval({ mean: 1.0021, low: 0.99521, high: 1.009 })).toBe('1.0021 (0.99521 to 1.009)');
  expect(formatInterval({ mean: 1.0021, low: -Infinity, high: Infinity })).toBe('1.0021 (interval unknown)');
  expect(formatInterval({ mean: NaN, low: NaN, high: NaN })).toBe('unknown');
  // Not 1.01, which would be inside.
  expect(formatInterval({ mean: 1.00415, low: 0.99816, high: 1.01022 })).toBe('1.0042 (0.99816 to 1.0102)');
  expect(formatTolerance(near)).toBe('0.99 to 1.01');
  expect(formatTolerance({ low: -0.2, high: Infinity })).toBe('above -0.2');
  expect(formatTolerance({ low: -Infinity, high: 0 })).toBe('below 0');
  expect(formatVerdict({ verdict: 'holds', scale: '0.1' })).toBe('holds at scale 0.1');
  expect(formatVerdict({ verdict: 'undecided' })).toBe('undecided');
});
