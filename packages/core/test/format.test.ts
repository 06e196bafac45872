import { expect, it } from 'vitest';
import { formatNumber, formatPercent } from '../src/relations/index.js';

it('a formatted number is short and rounds correctly', () => {
  expect([0.0081000001, 1234567, -0.00012347, 33.0651, 0, 96.9].map((value) => formatNumber(value))).toEqual([
    '0.0081',
    '1.235e6',
    '-1.235e-4',
    '33.07',
    '0',
    '96.9',
  ]);
  expect([NaN, Infinity, -Infinity].map((value) => formatNumber(value))).toEqual(['NaN', '∞', '−∞']);
});

it('a formatted percentage has two decimals', () => {
  expect([0.97311, NaN].map(formatPercent)).toEqual(['97.31 %', 'NaN']);
});
