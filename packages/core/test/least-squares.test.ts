// @ts-expect-error: jstat comes without types; the cast below declares what is used.
import jstat from 'jstat';
import { describe, expect, it } from 'vitest';
import { leastSquares } from '../src/relations/index.js';
import { distance } from './reference/closeness.js';
import { slowLine } from './reference/simple-regression.js';

const { models } = jstat as {
  models: {
    ols(values: readonly number[], rows: readonly (readonly number[])[]): { coef: number[]; t: { se: number[] } };
  };
};

const x = [0.003, 0.003, 0.005, 0.01, 0.02, 0.05];
const y = [0.0021, 0.0025, 0.0039, 0.0092, 0.0164, 0.0488];

describe('least squares', () => {
  it('of a straight line are the sums of the textbook', () => {
    const line = leastSquares(
      x.map((value) => [1, value]),
      y,
    );
    slowLine(x, y).forEach((expected, index) => {
      const { mean, low, high } = line[index]!;
      expect(distance([mean, low, high], [expected.mean, expected.low, expected.high])).toBeLessThan(1e-4);
      expect(mean).toBeCloseTo(expected.mean, 12);
    });
  });

  it('of three columns are what another library finds', () => {
    const rows = x.map((value) => [1 / value, 1, value]);
    const values = y.map((value, index) => value / x[index]!);
    const { coef, t } = models.ols(values, rows);
    const intervals = leastSquares(rows, values);
    expect(
      distance(
        intervals.map(({ mean }) => mean),
        coef,
      ),
    ).toBeLessThan(1e-8);
    // t of 0.95 with 6 - 3 degrees of freedom
    const errors = intervals.map(({ mean, high }) => (high - mean) / 3.182446);
    expect(distance(errors, t.se)).toBeLessThan(1e-6);
  });

  it('have no width on a line, and no bounds without a row to spare', () => {
    const rows = [1, 2, 3].map((value) => [1, value]);
    const [intercept, slope] = leastSquares(rows, [5, 7, 9]);
    expect([intercept!.low, intercept!.high, slope!.low, slope!.high]).toEqual(
      [3, 3, 2, 2].map((value): unknown => expect.closeTo(value, 12)),
    );
    expect(leastSquares(rows.slice(1), [7, 9])[1]).toEqual({
      mean: expect.closeTo(2, 12) as unknown,
      low: -Infinity,
      high: Infinity,
    });
  });

  it('refuse too few rows, and columns that depend on each other', () => {
    expect(() => leastSquares([[1, 2]], [1])).toThrow('rows.length must be at least 2; found 1');
    expect(() => leastSquares([], [])).toThrow('rows.length must be at least 1; found 0');
    const dependent = [1, 2, 3].map((value) => [value, 2 * value]);
    expect(() => leastSquares(dependent, [1, 2, 3])).toThrow('rows must be columns that do not depend on each other');
  });
});
