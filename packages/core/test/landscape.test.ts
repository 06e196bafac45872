import { describe, expect, it } from 'vitest';
import { interval, ratioInterval, studentFactor } from '../src/relations/confidence.js';
import { secondRelation, type SecondRelationRun } from '../src/relations/second-relation.js';
import { stationaryRun } from '../src/relations/stationary-run.js';
import { stationaryState } from '../src/models/quadratic.js';
import { normal, randomState, type RandomState } from '../src/random.js';
import { MOMENTUM_AND_DAMPENING } from './contract/executor-contract.js';
import { distance } from './reference/closeness.js';
import { iteratedMoments } from './reference/quadratic-moments.js';
import { stationaryGradient, walkedGradient, type Quartic } from './reference/quartic.js';

/** Normal numbers, one stream to the end. */
function drawing(seed: number, deviation = 1): (count: number) => Float32Array {
  let state: RandomState = randomState(seed, 'shuffling');
  return (count) => {
    const drawn = normal(state, count, deviation);
    ({ state } = drawn);
    return drawn.values;
  };
}

describe('an interval', () => {
  it('is Student’s', () => {
    // Tables: t_0.975 with 1, 3, 15 degrees of freedom; t_0.95 with 10.
    for (const [level, degrees, factor] of [
      [0.95, 1, 12.7062],
      [0.95, 3, 3.18245],
      [0.95, 15, 2.13145],
      [0.9, 10, 1.81246],
    ] as const)
      expect(distance([studentFactor(level, degrees)], [factor])).toBeLessThan(1e-5);
    // mean 3, standard error sqrt(10 / 3 / 4) = 0.912871, times 3.18245
    const { mean, low, high } = interval([1, 2, 4, 5]);
    expect(mean).toBe(3);
    expect(distance([low, high], [3 - 2.90516, 3 + 2.90516])).toBeLessThan(1e-5);
    expect(interval([7])).toEqual({ mean: 7, low: -Infinity, high: Infinity });
    expect(interval([1, NaN]).low).toBeNaN();
  });

  it('holds the mean, and the ratio of two means, as often as it says', () => {
    const draw = drawing(5);
    const trials = 2000;
    const caught = { mean: 0, ratio: 0 };
    const holds = ({ low, high }: { low: number; high: number }, truth: number) =>
      low <= truth && truth <= high ? 1 : 0;
    for (let trial = 0; trial < trials; trial++) {
      const top = Array.from(draw(4), (value) => 3 + 0.4 * value);
      const bottom = Array.from(draw(6), (value) => 2 + 0.2 * value);
      caught.mean += holds(interval(top), 3) / trials;
      caught.ratio += holds(ratioInterval(top, bottom), 1.5) / trials;
    }
    // Four deviations of 2,000 trials: 4 sqrt(0.95 * 0.05 / 2000) = 0.02; Welch's degrees of freedom are an approximation.
    expect(Math.abs(caught.mean - 0.95)).toBeLessThan(0.02);
    expect(Math.abs(caught.ratio - 0.95)).toBeLessThan(0.025);
  });

  it('of a ratio has no bounds where the denominator may be 0', () => {
    expect(ratioInterval([1, 1.1], [-1, 1.5])).toEqual({ mean: 4.2, low: -Infinity, high: Infinity });
    expect(ratioInterval([2, 2], [4, 4])).toEqual({ mean: 0.5, low: 0.5, high: 0.5 });
  });
});

// A limit for a machine that is busy with other things; alone it is a matter of seconds.
describe('the second relation', { timeout: 600_000 }, () => {
  const well: Quartic = { curvature: 1, quartic: 0.3, noise: 1 };
  const rates = [0.01, 0.02, 0.05, 0.1, 0.2, 0.4];

  it('is exact on a quadratic of one curvature: h at every learning rate, though G(eta) leaves its line', () => {
    const bench = { dimensions: 100, curvature: 1.5, noise: 0.7, momentum: 0, dampening: 0 };
    const runs = rates.map((learningRate): SecondRelationRun => {
      const { positionVariance, velocityVariance } = stationaryState({ ...bench, learningRate });
      const [oFB, noiseTrace] = [100 * 1.5 ** 2 * positionVariance, 100 * velocityVariance];
      return { learningRate, seed: 1, oFB, noiseTrace };
    });
    // The same numbers twice: an interval without width.
    const found = secondRelation([...runs, ...runs.map((run) => ({ ...run, seed: 2 }))].reverse());
    for (const [position, { curvature, lineRatio, learningRate }] of found.points.entries()) {
      expect(learningRate).toBe(rates[position]);
      expect(distance([curvature.mean, curvature.low, curvature.high], [1.5, 1.5, 1.5])).toBeLessThan(1e-12);
      // G / eta = h^3 s^2 dimensions / (2 - eta h), over that at 0.01
      expect(distance([lineRatio.mean], [(2 - 0.015) / (2 - 1.5 * learningRate)])).toBeLessThan(1e-12);
    }
    // Tr(H C~) = h Tr C~ at the smallest: 2 * 100 * 1.5^3 * 0.49 / 1.985
    expect(distance([found.trace.mean], [(2 * 100 * 1.5 ** 3 * 0.49) / 1.985])).toBeLessThan(1e-12);
    expect(distance([found.slope.mean], [found.trace.mean / 2])).toBeLessThan(1e-12);
    // 1.985 / (2 - 1.5 eta) = 1.1 at eta = 0.1303; straight between 0.1 (1.0730) and 0.2 (1.1676): 0.1286.
    const [from, to] = [1.985 / 1.85, 1.985 / 1.7];
    const expected = 0.1 + (0.1 * (1.1 - from)) / (to - from);
    const { learningRate, low, high, detected } = found.deviation;
    expect(distance([learningRate, low, high], [expected, expected, expected])).toBeLessThan(1e-9);
    expect(distance([learningRate], [0.1303])).toBeLessThan(0.02);
    expect(detected).toBe(0.02);
    expect(found.curvatureDeviation.learningRate).toBe(Infinity);
    expect(found.curvatureDeviation.low).toBe(Infinity);
  });

  it.each(MOMENTUM_AND_DAMPENING)(
    'on a quadratic of two curvatures is a mean that rises with the learning rate, momentum %d, dampening %d',
    (momentum, dampening) => {
      const directions = [1, 20].map((curvature) => ({ curvature, noise: 0.3 }));
      const edge = (2 * (1 + momentum)) / (20 * (1 - dampening));
      const fractions = [0.01, 0.2, 0.5, 0.8];
      const runs = fractions.map((fraction): SecondRelationRun => {
        const learningRate = fraction * edge;
        const moments = directions.map((direction) => {
          const [square, along, speed] = iteratedMoments(direction, learningRate, momentum, dampening);
          const { curvature: h } = direction;
          return { oFB: (1 - dampening) * h ** 2 * square - momentum * h * along, speed };
        });
        const sum = (key: 'oFB' | 'speed') => moments.reduce((total, one) => total + one[key], 0);
        return { learningRate, seed: 1, oFB: sum('oFB'), noiseTrace: sum('speed') };
      });
      const found = secondRelation(runs).points.map(({ curvature }) => curvature.mean);
      const expected = fractions.map((fraction) => {
        // c / (2 (1 + mu) - (1 - nu) eta h) at eta = fraction times the stable edge, over c / (2 (1 + mu))
        const [soft, stiff] = [1 / (1 - fraction / 20), 1 / (1 - fraction)];
        return (soft + 20 * stiff) / (soft + stiff);
      });
      expect(distance(found, expected)).toBeLessThan(1e-9);
      // From nearly (1 + 20) / 2 to (1 / 0.96 + 20 / 0.2) / (1 / 0.96 + 1 / 0.2).
      expect(distance([found[0]!, found[3]!], [10.5, 16.7])).toBeLessThan(0.01);
    },
  );

  it('knows the quartic it is tested on: G / (1/2 eta h^3 s^2) = 1 + eta h / 2 + 3 q s^2 eta / 2 + ...', () => {
    const steepness = [0.02, 0.01].map(
      (learningRate) => (stationaryGradient(well, learningRate) / (learningRate / 2) - 1) / learningRate,
    );
    // (0.5 + 0.45) + O(eta); the two together drop the term of first order.
    expect(distance([2 * steepness[1]! - steepness[0]!], [0.95])).toBeLessThan(0.02);
  });

  it('finds where the quartic leaves the line and how sure that is, from walks of several seeds', () => {
    const runs = rates.flatMap((learningRate) =>
      [1, 2, 3, 4].map((seed) => {
        const draw = drawing(1000 * seed + Math.round(100 * learningRate));
        const walk = { walkers: 200, warming: Math.ceil(4 / learningRate), steps: Math.ceil(60 / learningRate) };
        return { learningRate, seed, ...walkedGradient(well, learningRate, walk, draw) };
      }),
    );
    const found = secondRelation(runs);
    const exact = rates.map((learningRate) => stationaryGradient(well, learningRate));
    // Each interval misses once in twenty; twice as wide ones nearly never do.
    found.points.forEach(({ oFB, lineRatio, learningRate }, position) => {
      expect(Math.abs(oFB.mean - exact[position]!)).toBeLessThan(oFB.high - oFB.low);
      const ratio = (exact[position]! / learningRate) * (0.01 / exact[0]!);
      expect(Math.abs(lineRatio.mean - ratio)).toBeLessThanOrEqual(lineRatio.high - lineRatio.low);
    });
    const ratioAt = (learningRate: number) =>
      ((stationaryGradient(well, learningRate) / learningRate) * 0.01) / exact[0]!;
    const { learningRate, low, high, detected } = found.deviation;
    expect(low).toBeLessThan(learningRate);
    expect(learningRate).toBeLessThan(high);
    // At its ends the true ratio stands on either side of 1.1.
    expect(ratioAt(low)).toBeLessThan(1.1);
    expect(ratioAt(Math.min(high, 0.4))).toBeGreaterThan(1.1);
    expect(detected).toBeLessThanOrEqual(0.2);
    // h = 1, and what <theta^2> = 0.005 adds to it: 3 * 0.3 * 0.005.
    expect(distance([found.curvature.mean], [1])).toBeLessThan(0.1);
  });

  it('tells nothing certain from one seed, and refuses what it can’t read', () => {
    const run = { learningRate: 0.1, seed: 1, oFB: 0.05, noiseTrace: 1 };
    const { slope, deviation } = secondRelation([run, { ...run, learningRate: 0.2, oFB: 0.2 }]);
    expect(slope).toEqual({ mean: 0.5, low: -Infinity, high: Infinity });
    // 2 at 0.2: 1.1 is reached a tenth of the way from 0.1.
    expect(distance([deviation.learningRate], [0.11])).toBeLessThan(1e-9);
    expect([deviation.low, deviation.high, deviation.detected]).toEqual([0.1, Infinity, Infinity]);
    expect(() => secondRelation([run])).toThrow('runs must be at two learning rates or more; found 1');
    expect(() => secondRelation([run, run])).toThrow('runs[1] must be the only one of its learning rate and seed');
    expect(() => secondRelation([run, { ...run, oFB: NaN }])).toThrow(/runs\[1\].oFB must be a number/);
    expect(() => secondRelation([run], { tolerance: 0 })).toThrow(/tolerance/);
    expect(() => secondRelation([run], { confidence: 1 })).toThrow(/confidence/);
  });
});

describe('a stationary run', () => {
  it('is read from the epochs of its last learning rate', () => {
    const epoch = (learningRate: number, gradientNormSquared: number, along: number) => ({
      learningRate,
      gradientNormSquared,
      oRHalf: 0.3,
      // (18) with mu = 0.9, nu = 0.2 and <v . grad f^B> = along
      oFB: 0.8 * gradientNormSquared - 0.9 * along,
    });
    const epochs = [
      epoch(0.1, 99, 1),
      epoch(0.05, 50, 2),
      epoch(0.05, 60, 3),
      epoch(0.05, 4, 4),
      epoch(0.05, 6, 5),
      epoch(0.05, 8, 6),
    ];
    const found = stationaryRun(epochs, { momentum: 0.9, dampening: 0.2, seed: 7 });
    // The last three of five epochs: 0.8 * 6 - 0.9 * 6; 2 * 0.8 / (1.9 * 0.05) * 0.3
    expect(distance([found.oFB], [-0.6])).toBeLessThan(1e-12);
    expect(distance([found.noiseTrace], [(1.6 / 0.095) * 0.3])).toBeLessThan(1e-12);
    expect([found.learningRate, found.seed]).toEqual([0.05, 7]);
    // Without momentum there is no velocity to read, whatever its column holds.
    const still = epochs.map((one) => ({ ...one, oFB: one.gradientNormSquared }));
    expect(stationaryRun(still, { momentum: 0, dampening: 0, seed: 7 }).oFB).toBe(6);
    const read = still.map((epoch, index) => ({ ...epoch, descent: 10 ** index }));
    const later = read.slice(Math.floor(read.length / 2)).map(({ descent }) => descent);
    const { descent } = stationaryRun(read, { momentum: 0, dampening: 0, seed: 7 });
    expect(descent).toBe(later.reduce((sum, value) => sum + value, 0) / later.length);
    expect(stationaryRun(still, { momentum: 0, dampening: 0, seed: 7 }).descent).toBeUndefined();
    expect(() => stationaryRun([], { momentum: 0, dampening: 0, seed: 7 })).toThrow('epochs must be at least one');
  });
});
