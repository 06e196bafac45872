import { describe, expect, it } from 'vitest';
import { halfRunningAverage } from '../src/relations/half-running-average.js';
import { normal, randomState } from '../src/random.js';
import { slowHalfRunningAverage } from './reference/average.js';
import { distance } from './reference/closeness.js';

const series = [...normal(randomState(11, 'shuffling'), 1000, 3).values].map((value) => value + 1);

describe('the half-running average', () => {
  it('is the mean of the later half, by hand', () => {
    const average = halfRunningAverage();
    const found = [4, 8, 6, 2, 7].map((value) => {
      average.push(value);
      return average.value();
    });
    // t = 1: 4; t = 2: 8; t = 3: (8 + 6) / 2; t = 4: (6 + 2) / 2; t = 5: (6 + 2 + 7) / 3
    expect(found).toEqual([4, 8, 7, 4, 5]);
    expect(average.window()).toBe(3);
  });

  it('equals the slow reference at every step', () => {
    const average = halfRunningAverage();
    const found = series.map((value) => {
      average.push(value);
      return average.value();
    });
    expect(
      distance(
        found,
        series.map((_, index) => slowHalfRunningAverage(series, index + 1)),
      ),
    ).toBeLessThan(1e-13);
  });

  it.each([
    { first: 7, every: 7 },
    { first: 3, every: 10 },
    { first: 10, every: 10 },
    { first: 1, every: 2 },
    { first: 2, every: 2 },
    { first: 4, every: 1 },
    { first: 5, every: 3 },
  ])('equals it too when read first after $first and every $every, and refuses to be read between', (readings) => {
    const average = halfRunningAverage(readings);
    let read = 0;
    series.forEach((value, index) => {
      average.push(value);
      const t = index + 1;
      if (t >= readings.first && (t - readings.first) % readings.every === 0) {
        read++;
        expect(distance([average.value()], [slowHalfRunningAverage(series, t)])).toBeLessThan(1e-12);
      } else expect(() => average.value()).toThrow(/read after/);
    });
    expect(read).toBe(Math.floor((series.length - readings.first) / readings.every) + 1);
  });

  it('stays exact over a million values of very different size', () => {
    const average = halfRunningAverage({ first: 1_000_000, every: 1 });
    for (let index = 0; index < 1_000_000; index++) average.push(index < 500_000 ? 1e6 : 0.1);
    // Each of the two sums is good to half a unit in the last place of 5e11, 3e-5, and that over 500,000 values of 0.1.
    expect(distance([average.value()], [0.1])).toBeLessThan((2 * 3.1e-5) / 500_000 / 0.1);
  });

  it('keeps no more sums than a later reading asks for', () => {
    const each = halfRunningAverage();
    const atEnds = halfRunningAverage({ first: 10, every: 10 });
    series.forEach((value) => {
      each.push(value);
      atEnds.push(value);
    });
    // Windows of readings to come begin at 500 .. 1000, or at every fifth of them.
    expect(each.prefixes()).toHaveLength(501);
    expect(atEnds.prefixes()).toHaveLength(101);
  });

  it('is NaN while a value in the window is not finite, and only then', () => {
    const average = halfRunningAverage();
    const values = [1, 2, NaN, 4, 5, 6, 7, Infinity, ...Array.from({ length: 10 }, (_, index) => index)];
    values.forEach((value, index) => {
      average.push(value);
      const expected = slowHalfRunningAverage(values, index + 1);
      if (Number.isFinite(expected)) expect(average.value()).toBe(expected);
      else expect(average.value()).toBeNaN();
    });
    expect(average.value()).toBe((1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9) / 9);
  });

  it('is NaN before the first value', () => {
    expect(halfRunningAverage().value()).toBeNaN();
    expect(halfRunningAverage().window()).toBe(0);
  });

  it.each([
    { first: 1, every: 1 },
    { first: 6, every: 20 },
  ])('goes on from a saved state with the same bits ($first, $every)', (readings) => {
    for (const cut of [0, 1, 2, 5, 6, 7, 500, 999]) {
      const whole = halfRunningAverage(readings);
      series.forEach((value) => whole.push(value));
      const begun = halfRunningAverage(readings);
      series.slice(0, cut).forEach((value) => begun.push(value));
      const state = JSON.parse(JSON.stringify(begun.state())) as ReturnType<typeof begun.state>;
      const resumed = halfRunningAverage(undefined, { state, prefixes: begun.prefixes() });
      series.slice(cut).forEach((value) => resumed.push(value));
      expect(resumed.state()).toEqual(whole.state());
      expect(resumed.prefixes()).toEqual(whole.prefixes());
    }
  });

  it('refuses readings that are not positive integers', () => {
    expect(() => halfRunningAverage({ first: 0, every: 1 })).toThrow(
      'first must be an integer in [1, Infinity); found 0',
    );
    expect(() => halfRunningAverage({ first: 1, every: 1.5 })).toThrow('every must be an integer in');
  });
});
