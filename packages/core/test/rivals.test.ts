import { describe, expect, it } from 'vitest';
import type { EventRecord, RunConfig } from '@fdr/records';
import { normal, randomState } from '../src/random.js';
import { batchMeans } from '../src/relations/rivals/batch-means.js';
import { compareRules } from '../src/relations/rivals/compare-rules.js';
import { pesme } from '../src/relations/rivals/pesme.js';
import { pflug } from '../src/relations/rivals/pflug.js';
import { refinedSchedule } from '../src/relations/rivals/refined.js';
import { sasaPlus } from '../src/relations/rivals/sasa-plus.js';
import { sasa } from '../src/relations/rivals/sasa.js';
import type { StationarityTest } from '../src/relations/rivals/stationarity-test.js';
import { replayTest } from '../src/relations/rivals/test-replay.js';
import { RECORDED_CONFIG } from './reference/recorded-config.js';

const draws = (count: number, seed = 1): Float64Array =>
  Float64Array.from(normal(randomState(seed, 'initialization'), count, 1).values);

/**
 * SGD with momentum on `1/2 h theta^2` in one dimension, every step's gradient with noise of deviation 1: what each step's columns hold,
 * by (10), (11) and (17) in plain numbers.
 */
function walk({ steps = 20_000, start = 100, h = 0.1, eta = 0.1, mu = 0, seed = 1 }) {
  const noise = draws(steps, seed);
  let [theta, v, before] = [start, 0, 0];
  return Array.from(noise, (xi) => {
    const gradient = h * theta + xi;
    const oL = theta * gradient;
    v = mu * v - gradient;
    theta += eta * v;
    const row = {
      oL,
      oR: ((1 + mu) / 2) * eta * v ** 2,
      gradientProduct: gradient * before,
      startDistanceSquared: (theta - start) ** 2,
      nextVelocityDotParameters: v * theta,
      nextVelocitySquared: v ** 2,
    };
    before = gradient;
    return row;
  });
}
type Row = ReturnType<typeof walk>[number];
const COLUMNS: readonly (keyof Row)[] = [
  'oL',
  'oR',
  'gradientProduct',
  'startDistanceSquared',
  'nextVelocityDotParameters',
  'nextVelocitySquared',
];
const tableOf = (rows: readonly Partial<Row>[]) =>
  Float32Array.from(rows.flatMap((row) => COLUMNS.map((name) => row[name] ?? NaN)));

/** The steps at which a test fires over these rows. */
function firings(test: StationarityTest, rows: readonly Partial<Row>[], events: EventRecord[] = []): number[] {
  const run = { config: RECORDED_CONFIG, stepColumns: [...COLUMNS], stepsPerEpoch: 500 };
  const replay = replayTest(run, events, test);
  replay.take(tableOf(rows));
  return replay.firings.map(({ step }) => step);
}
const sides = (defects: Float64Array, oR = 1): Partial<Row>[] => Array.from(defects, (z) => ({ oL: oR + z, oR }));
const shifted = (values: Float64Array, mean: number) => values.map((value) => value + mean);

/** Steps after which theta has forgotten its start to a part in 1e6. */
const relaxed = ({ h = 0.1, eta = 0.1 } = {}): number => Math.log(1e6) / (h * eta);

describe('batch means', () => {
  it('are those of an example by hand', () => {
    // Batches of three: 2, 5, 8. Their deviation is 3, and t at 0.975 of 2 degrees of freedom 4.30265.
    const half = (4.302652729749464 * 3) / Math.sqrt(3);
    const { mean, low, high } = batchMeans(Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9));
    expect(mean).toBe(5);
    expect([low, high].map((bound) => bound - 5)).toEqual([-half, half].map((bound) => expect.closeTo(bound, 7)));
  });

  it('hold the mean of a correlated series about as often as they claim, where independent errors would not', () => {
    const covered = Array.from({ length: 200 }, (_, seed) => {
      let value = 0;
      const { low, high } = batchMeans(draws(2500, seed).map((xi) => (value = 0.8 * value + xi)));
      return low < 0 && high > 0;
    }).filter(Boolean).length;
    // 95 % less what correlation over the edges of batches of 50 costs; with the errors of independent values it would be near 50 %.
    expect(covered / 200).toBeGreaterThan(0.85);
    expect(covered / 200).toBeLessThan(0.99);
  });
});

describe('SASA', () => {
  it('fires at its first test in balance, and not while the mean of the defect is beyond its tolerance', () => {
    const noise = draws(3000).map((value) => value / 4);
    expect(firings(sasa(), sides(shifted(noise, 0.02)))[0]).toBe(1000);
    expect(firings(sasa(), sides(shifted(noise, 0.2)))).toEqual([]);
    expect(firings(sasa(), sides(shifted(noise, -0.2)))).toEqual([]);
  });

  it('tells nothing from a mean that has just crossed zero', () => {
    const crossing = draws(1000).map((value, index) => value / 100 + (750 - index) / 2500);
    expect(firings(sasa(), sides(crossing))).toEqual([]);
  });

  it('asks more of the first firing than of later ones', () => {
    // Of 500 values the older half lies at 0.15 and the newer at 0.03: as a whole within 0.1, the older half not.
    const uneven = Float64Array.from({ length: 1000 }, (_, index) => (index < 750 ? 0.12 : 0.03) + (index % 2) * 1e-3);
    expect(firings(sasa(), sides(uneven))).toEqual([]);
    const quiet = Float64Array.from({ length: 1000 }, (_, index) => 0.01 + (index % 2) * 1e-3);
    expect(firings(sasa(), sides(Float64Array.of(...quiet, ...uneven)))).toEqual([1000, 2000]);
  });
});

describe('SASA+', () => {
  it.each([0, 0.9])('fires in the stationary state and not on the way, momentum %d', (mu) => {
    const dynamics = { momentum: mu, dampening: 0 };
    const eta = 0.1 * (1 - mu);
    const [first = NaN] = firings(sasaPlus(dynamics), walk({ steps: 40_000, eta, mu }));
    expect(first).toBeGreaterThan(relaxed());
    expect(first).toBeLessThan(40_000);
    // 1,000 values are an eighth of 8,000 steps.
    expect(firings(sasaPlus(dynamics), walk({ steps: 7999, start: 0, eta, mu }))).toEqual([]);
  });
});

describe('Pflug’s test', () => {
  it('fires when gradients begin to point apart, long after a start far away, at the end of its burn-in in balance', () => {
    // From 30 away the products sum up to a h 30^2 / (eta (2 - eta h)) = 600; in balance each is a h^2 Var - eta h = -1/3 on average.
    const rows = { h: 1, eta: 0.5 };
    const [far = NaN] = firings(pflug({ burnIn: 100 }), walk({ ...rows, start: 30 }));
    // 1,800 steps, give or take four standard errors of the sum.
    expect(far).toBeGreaterThan(900);
    expect(far).toBeLessThan(2700);
    expect(firings(pflug(), walk({ ...rows, start: 0 }))[0]).toBe(1001);
  });
});

describe('Pesme’s test', () => {
  it('fires at the power of its ratio that follows the end of the way, and once', () => {
    const powers = Array.from({ length: 25 }, (_, power) => Math.ceil(1.5 ** power));
    const fired = firings(pesme(), walk({ start: 1000 }));
    expect(fired).toHaveLength(1);
    const [at = NaN] = fired;
    expect(powers).toContain(at);
    // theta - start = -start (1 - a^k): its slope in the logarithm falls below 0.6 as the way ends, within a few of its 1 / (eta h) = 100 steps.
    const distance = (k: number) => 1 - 0.99 ** k;
    const slope = (k: number) => Math.log(distance(k) / distance(k / 1.5)) / Math.log(1.5);
    const expected = powers.slice(6).find((k) => slope(k) < 0.6);
    expect(at).toBe(expected);
  });
});

describe('the refined schedule', () => {
  const slow = (norms: number[], radius: number) => {
    const median = (index: number) => {
      const window = norms.slice(Math.max(0, index - radius), index + radius + 1).toSorted((a, b) => a - b);
      const middle = window.length / 2;
      return window.length % 2 === 1 ? window[middle - 0.5]! : (window[middle - 1]! + window[middle]!) / 2;
    };
    const weights = norms.map((_, index) => median(index) ** -2);
    const rates = weights.map(
      (weight, index) => weight * weights.slice(index + 1).reduce((sum, other) => sum + other, 0),
    );
    return rates.map((rate) => rate / Math.max(...rates));
  };

  it.each([0, 0.1, 0.5, 0.99])('is that of a slow reference, smoothing %d', (smoothing) => {
    const norms = draws(101).map((value) => Math.exp(value / 3));
    const expected = slow([...norms], Math.floor((smoothing * 101) / 2));
    const found = refinedSchedule(norms, { smoothing });
    expect([...found]).toEqual(expected.map((value) => expect.closeTo(value, 12)));
  });

  it('is linear where the norms are equal', () => {
    expect([...refinedSchedule(new Float64Array(5).fill(3))]).toEqual([1, 0.75, 0.5, 0.25, 0]);
  });
});

describe('a test over recorded steps', () => {
  /** Fires at the third step from where it began, and tells from what it began. */
  const third: StationarityTest = {
    name: 'third',
    columns: ['oR'],
    factor: 0.5,
    repeats: true,
    begin: ({ learningRate, isFirst }) => {
      let count = 0;
      return ([oR]) => (++count === 3 ? `${learningRate} ${isFirst} ${oR}` : undefined);
    },
  };
  const change = (step: number, from: number, to: number): EventRecord => ({
    type: 'learningRate',
    step,
    epoch: 0,
    time: '2019-05-06T14:30:00.000Z',
    from,
    to,
    reason: { rule: 'command', message: 'set by hand', commandId: 'x' },
  });
  const replayed = (events: EventRecord[], steps: number) => {
    const run = { config: RECORDED_CONFIG, stepColumns: ['loss', 'oR'], stepsPerEpoch: 4 };
    const replay = replayTest(run, events, third);
    const rows = Float32Array.from({ length: 2 * steps }, (_, index) => index);
    for (let offset = 0; offset < rows.length; offset += 6) replay.take(rows.subarray(offset, offset + 6));
    return replay.firings;
  };

  it('begins anew after each firing, which is hypothetical after the first', () => {
    expect(replayed([], 7)).toEqual([
      { epoch: 0.75, step: 3, from: 0.1, to: 0.05, exact: true, reason: { rule: 'third', message: '0.1 true 5' } },
      { epoch: 1.5, step: 6, from: 0.05, to: 0.025, exact: false, reason: { rule: 'third', message: '0.1 false 11' } },
    ]);
  });

  it('begins anew where the training changed its rate, and reads the rate of the steps', () => {
    expect(replayed([change(2, 0.1, 0.01)], 5)).toMatchObject([
      { step: 5, exact: false, reason: { message: '0.01 true 9' } },
    ]);
  });
});

describe('rules beside each other', () => {
  const columns = ['loss', 'oL', 'oR', 'oL/a', 'oR/a', 'noiseTrace'];
  const run = {
    config: RECORDED_CONFIG,
    parameters: [{ name: 'a', shape: [1] }],
    stepColumns: columns,
    stepsPerEpoch: 500,
  };
  const rows = Float32Array.from(walk({ start: 0 }).flatMap(({ oL, oR }) => [1, oL, oR, oL, oR, 4]));

  it('are those that the columns allow, each with its firings; the others say what they need', () => {
    const comparison = compareRules(run, { events: [], epochs: [] });
    comparison.take(rows);
    const unknown = comparison.rules.map((rule) => [rule.name, rule.unknown]);
    expect(unknown).toEqual([
      ['FDR1, in total', undefined],
      ['FDR1, by layer', undefined],
      ['stationary', 'needs --drift, not recorded, or 4 epochs at one rate'],
      ['plateau', undefined],
      ['SASA', undefined],
      ['SASA+', undefined],
      ['Pflug', 'needs --observables gradientProduct, not recorded'],
      ['Pesme', 'needs --observables startDistanceSquared, not recorded'],
    ]);
    const counts = comparison.rules.map(({ firings: { length } }) => length);
    // One tensor is its own total; without recorded epochs no plateau can be seen.
    expect(counts[0]).toBeGreaterThan(0);
    expect(counts[1]).toBe(counts[0]);
    expect(counts[3]).toBe(0);
    expect(counts[5]).toBeGreaterThan(0);
    const refined = comparison.refined();
    expect(refined).toHaveLength(20_000);
    expect(refined?.[10_000]).toBeCloseTo(0.5, 3);
  });

  it('leave out what an optimizer without both sides does not define', () => {
    const adam: RunConfig = {
      ...RECORDED_CONFIG,
      optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    };
    const { rules, refined } = compareRules({ ...run, config: adam, stepColumns: columns.slice(0, 5) }, { events: [], epochs: [] }); // prettier-ignore
    expect(rules.filter(({ unknown }) => unknown !== undefined).map(({ name }) => name)).toEqual([
      'FDR1',
      'SASA',
      'Pflug',
      'Pesme',
    ]);
    expect(refined()).toBeUndefined();
  });
});
