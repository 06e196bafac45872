import { describe, expect, it } from 'vitest';
import { ratioInterval, studentFactor } from '../src/relations/confidence.js';
import { distance } from './reference/closeness.js';
import { fiellerInequality, slowFieller, slowStudent } from './reference/fieller.js';

describe('the interval of a ratio of two means', () => {
  it.each<readonly [string, number[], number[], number]>([
    ['of close samples', [3.1, 2.9, 3.3, 3.0], [2.0, 2.1, 1.9, 2.2, 2.0, 1.95], 0.95],
    ['of wide denominators', [3.1, 2.9, 3.3], [2.5, 1.4, 2.9, 1.2, 2.1], 0.95],
    ['at another level', [3.1, 2.9, 3.3], [2.5, 1.4, 2.9, 1.2, 2.1], 0.8],
    ['of negative denominators', [3.1, 2.9, 3.3, 2.7], [-2.0, -2.3, -1.7, -2.2], 0.95],
    ['of negative numerators', [-3.1, -2.9, -3.3, -2.7], [2.0, 2.3, 1.7, 2.2], 0.95],
    ['of numerators around zero', [0.4, -0.3, 0.2, -0.1, 0.1], [2.0, 2.3, 1.7], 0.95],
    ['of three and two values', [1, 1.07, 0.93], [7, 7.05], 0.9],
    ['of equal numerators', [3, 3, 3], [2.0, 2.3, 1.7, 2.2], 0.95],
    ['of equal denominators', [3.1, 2.9, 3.3, 2.7], [2, 2, 2], 0.95],
  ])('is what bisection of Fieller’s inequality finds, %s', (_, numerators, denominators, level) => {
    const { mean, low, high } = ratioInterval(numerators, denominators, level);
    const average = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean).toBeCloseTo(average(numerators) / average(denominators), 12);
    expect(low).toBeLessThan(mean);
    expect(mean).toBeLessThan(high);
    expect(distance([low, high], slowFieller(numerators, denominators, level))).toBeLessThan(1e-6);
  });

  it('has Student’s t as an integral of the density gives it, for fractions of degrees of freedom too', () => {
    for (const degrees of [1.5, 2, 3.7, 11.3])
      for (const level of [0.5, 0.9, 0.95])
        expect(distance([studentFactor(level, degrees)], [slowStudent(level, degrees)])).toBeLessThan(1e-4);
  });

  it('is unbounded where the inequality excludes no large ratio on either side', () => {
    const samples: [number[], number[]] = [
      [3.1, 2.9, 3.3],
      [2.5, -1.4, 2.9, 1.2],
    ];
    const inequality = fiellerInequality(...samples, 0.95);
    expect([-1e9, 1e9].map((ratio) => inequality(ratio) < 0)).toEqual([true, true]);
    expect(ratioInterval(...samples)).toMatchObject({ low: -Infinity, high: Infinity });
    // At a lower level the same denominators differ from 0.
    const { low, high } = ratioInterval(...samples, 0.5);
    expect(distance([low, high], slowFieller(...samples, 0.5))).toBeLessThan(1e-6);
    // The bound lies where t s_d = d: just below it the interval is wide, just above it there is none.
    const shifted = (by: number) =>
      ratioInterval(
        samples[0],
        samples[1].map((value) => value + by),
      );
    const ends = Array.from({ length: 400 }, (_, step) => shifted(step / 100).high);
    const first = ends.findIndex(Number.isFinite);
    expect(first).toBeGreaterThan(0);
    expect(ends.slice(first).every(Number.isFinite)).toBe(true);
    expect(ends[first]!).toBeGreaterThan(10 * ends.at(-1)!);
  });

  it('is unbounded for one value on either side and for denominators of mean zero, and has no width for equal values', () => {
    const unbounded = { low: -Infinity, high: Infinity };
    expect(ratioInterval([3], [2, 2.1])).toMatchObject(unbounded);
    expect(ratioInterval([3, 3.1], [2])).toMatchObject({ mean: 3.05 / 2, ...unbounded });
    expect(ratioInterval([3, 3.1], [-1, 1])).toMatchObject(unbounded);
    expect(ratioInterval([3, 3.1], [0, 0])).toMatchObject(unbounded);
    expect(ratioInterval([2, 2], [4, 4])).toEqual({ mean: 0.5, low: 0.5, high: 0.5 });
    expect(() => ratioInterval([], [1, 2])).toThrow('values.length must be a number in [1, Infinity); found 0');
  });
});
