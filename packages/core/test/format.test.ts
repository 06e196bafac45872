import { describe, expect, it } from 'vitest';
import {
  formatDuration,
  formatMeasured,
  formatNumber,
  formatPercent,
  formatRateChange,
} from '../src/relations/format.js';

describe('formatNumber', () => {
  it.each<readonly [number, string]>([
    [0.0081000001, '0.0081'],
    [123456, '123500'],
    [999999, '1000000'],
    [1e6, '1e6'],
    [1234567, '1.235e6'],
    [0.001, '0.001'],
    [0.000999, '9.99e-4'],
    [-0.00012346, '-1.235e-4'],
    [-2.5, '-2.5'],
    [0, '0'],
    [-0, '0'],
    [NaN, 'NaN'],
    [Infinity, '∞'],
    [-Infinity, '−∞'],
  ])('of %d is %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it('keeps as many digits as are asked for, and no trailing zeros', () => {
    expect(formatNumber(1.0050049, 5)).toBe('1.005');
    expect(formatNumber(1.23456, 2)).toBe('1.2');
    expect(formatNumber(1.23456e-7, 2)).toBe('1.2e-7');
    expect(formatNumber(1.999e-7, 1)).toBe('2e-7');
  });
});

describe('formatMeasured', () => {
  it.each<readonly [number, string]>([
    [1.05, '1.050'],
    [0.01, '0.01000'],
    [99999, '1.000e5'],
    [100000, '1.000e5'],
    [0.0009, '9.000e-4'],
    [-0.5, '-0.5000'],
    [0, '0'],
    [NaN, 'NaN'],
    [Infinity, '∞'],
  ])('of %d is %s', (value, text) => {
    expect(formatMeasured(value)).toBe(text);
  });
});

describe('formatPercent', () => {
  it.each<readonly [number, string]>([
    [0.9712, '97.12 %'],
    [0.97125, '97.13 %'],
    [1, '100.00 %'],
    [0, '0.00 %'],
    [NaN, 'NaN'],
    [Infinity, '∞'],
  ])('of %d is %s', (fraction, text) => {
    expect(formatPercent(fraction)).toBe(text);
  });
});

describe('formatDuration', () => {
  it.each<readonly [number, string]>([
    [0, '0:00'],
    [6.6, '0:07'],
    [754, '12:34'],
    [59.6, '1:00'],
    [3600, '1:00:00'],
    [3723, '1:02:03'],
    [359_999, '99:59:59'],
    [360_000, '4 d'],
    [432_000, '5 d'],
    [-1, '?'],
    [NaN, '?'],
    [Infinity, '?'],
  ])('of %d seconds is %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

describe('formatRateChange', () => {
  it('names both rates, and one where it only begins to move', () => {
    expect(formatRateChange(0.1, 0.09)).toBe('0.1 -> 0.09');
    expect(formatRateChange(0.1, 0.09, '→')).toBe('0.1 → 0.09');
    expect(formatRateChange(0.1, 0.1)).toBe('0.1');
  });
});
