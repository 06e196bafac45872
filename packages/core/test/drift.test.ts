import { describe, expect, it } from 'vitest';
import { normal, randomState } from '../src/random.js';
import { driftGap } from '../src/relations/drift/drift-gap.js';
import { driftWindows, nextSample, type DriftWindow } from '../src/relations/drift/drift-window.js';
import { gapBound, spentBy } from '../src/relations/drift/equivalence.js';
import { stationary } from '../src/relations/schedules/stationary.js';
import { epochEnd } from './contract/schedule-walk.js';
import { distance } from './reference/closeness.js';
import { slowSlope, slowWindows } from './reference/drift.js';

const TENSORS = [
  { name: 'a', size: 3 },
  { name: 'b', size: 2 },
];

/** A random walk of five parameters, one position a step. */
function positions(steps: number): Float32Array[][] {
  const kicks = normal(randomState(5, 'initialization'), 5 * steps, 0.1).values;
  const theta = new Float32Array(5);
  return Array.from({ length: steps }, (_, step) => {
    theta.forEach((value, index) => (theta[index] = 0.9 * value + kicks[5 * step + index]!));
    return [theta.slice(0, 3), theta.slice(3)];
  });
}

/** Every window of these positions, with the step after which it ended. */
function windowsOf(walk: readonly Float32Array[][], stepsPerEpoch: number) {
  const windows = driftWindows(TENSORS, stepsPerEpoch);
  const found: { readonly step: number; readonly window: DriftWindow }[] = [];
  walk.forEach((parameters, index) => {
    windows.take((index % stepsPerEpoch) + 1, parameters);
    const window = windows.ended();
    if (window) found.push({ step: index + 1, window });
  });
  return found;
}

describe('windows of distances', () => {
  it.each([600, 100, 16, 7, 1])('are what their definition says, with %i steps an epoch', (stepsPerEpoch) => {
    const epochs = stepsPerEpoch === 600 ? 6 : 33;
    const walk = positions(epochs * stepsPerEpoch);
    const perEpoch = Math.min(16, stepsPerEpoch);
    const steps = Array.from({ length: epochs }, (_, epoch) =>
      Array.from(
        { length: perEpoch },
        (__, j) => epoch * stepsPerEpoch + Math.ceil(((j + 1) * stepsPerEpoch) / perEpoch),
      ),
    ).flat();
    const slow = slowWindows(
      steps.map((step) => walk[step - 1]!.map((tensor) => [...tensor])),
      perEpoch,
    );
    const found = windowsOf(walk, stepsPerEpoch);
    // With one step an epoch both ladders are of 1 and 2 samples, and two windows may end together.
    const expected = slow.filter(({ end }, index) => slow[index + 1]?.end !== end);
    expect(expected.length).toBeGreaterThanOrEqual(stepsPerEpoch === 600 ? 2 : 3);
    expect(found.map(({ step }) => step)).toEqual(expected.map(({ end }) => steps[end - 1]));
    for (const [index, { window }] of found.entries()) {
      const { look, samples, distances } = expected[index]!;
      expect(window).toMatchObject({ look, steps: Math.round((samples * stepsPerEpoch) / perEpoch) });
      // float32 means of theta: 6e-8 of |theta - theta_c|^2 for each of a few roundings.
      expect(distance(window.distances['a']!, distances[0]!)).toBeLessThan(1e-5);
      expect(distance(window.distances['b']!, distances[1]!)).toBeLessThan(1e-5);
    }
  });

  it('end after 4, 6, 8, 12, 16 and 24 epochs', () => {
    expect(windowsOf(positions(25 * 32), 32).map(({ step }) => step / 32)).toEqual([4, 6, 8, 12, 16, 24]);
  });

  it('go on from any state as if they had not stopped, and begin anew', () => {
    const walk = positions(12 * 20);
    const whole = driftWindows(TENSORS, 20);
    let parts = driftWindows(TENSORS, 20);
    walk.forEach((parameters, index) => {
      whole.take((index % 20) + 1, parameters);
      parts.take((index % 20) + 1, parameters);
      parts = driftWindows(TENSORS, 20, structuredClone(parts.state()));
      expect(parts.ended()).toEqual(whole.ended());
    });
    expect(parts.state()).toEqual(whole.state());
    parts.restart();
    expect(parts.state()).toEqual(driftWindows(TENSORS, 20).state());
  });

  it('take the last step of an epoch, and 16 of it evenly', () => {
    const sampled = (M: number) =>
      Array.from({ length: M }, (_, done) => done + 1).filter((s) => nextSample(s - 1, M) === s);
    expect(sampled(32)).toEqual(Array.from({ length: 16 }, (_, index) => 2 * index + 2));
    expect(sampled(600)).toHaveLength(16);
    expect(sampled(600).at(-1)).toBe(600);
    expect(sampled(3)).toEqual([1, 2, 3]);
  });
});

/** A mean-reverting series of correlation phi about a line. */
function series(length: number, phi: number, slope: number, seed: number): number[] {
  const kicks = normal(randomState(seed, 'initialization'), length + 1, 1).values;
  let value = kicks[length]!;
  return Array.from({ length }, (_, index) => {
    value = phi * value + Math.sqrt(1 - phi ** 2) * kicks[index]!;
    return value + slope * index;
  });
}

const PLAIN = { momentum: 0, dampening: 0, learningRate: 0.1 };

describe('the gap of a window', () => {
  it.each([0.1, 0.5, 0.8])('is that of matrices, at a correlation of %d', (phi) => {
    const values = series(16, phi, 0.3, 3).map((value) => value + 7);
    const slow = slowSlope(values);
    const found = driftGap(values, 320, 2, { momentum: 0.9, dampening: 0.5, learningRate: 0.01 })!;
    // -(1 - mu) / (2 eta (1 - nu) O_R) b / (320 / 16), with (1 - .9) / (2 * .01 * .5 * 2 * 20) = 0.25
    expect(distance([found.gap, found.error], [-0.25 * slow.slope, 0.25 * slow.error])).toBeLessThan(1e-5);
    expect(distance([found.walkError], [0.25 * slow.walkError])).toBeLessThan(1e-9);
    expect(found.walkDegrees).toBe(14);
    expect(found.degrees).toBeCloseTo((16 * (1 - slow.phi)) / (2 * (1 + slow.phi)) - 1, 3);
  });

  it('is unknown where a window tells nothing', () => {
    expect(driftGap(series(7, 0, 0, 1), 100, 1, PLAIN)).toBeUndefined();
    expect(driftGap(series(16, 0, 0, 1), 100, 0, PLAIN)).toBeUndefined();
    expect(driftGap(series(16, 0, 0, 1), 100, NaN, PLAIN)).toBeUndefined();
    expect(driftGap(new Array<number>(16).fill(0), 100, 1, PLAIN)).toBeUndefined();
    expect(driftGap([...series(15, 0, 0, 1), Infinity], 100, 1, PLAIN)).toBeUndefined();
  });
});

describe('the bound of a look', () => {
  // Quantiles of Student's t in closed form: 1 degree tan(pi (p - 1/2)), 2 degrees (2p - 1) sqrt(2 / (4 p (1 - p))); others from printed tables.
  it.each([
    { degrees: 1, level: 0.025, t: Math.tan(Math.PI * 0.475) },
    { degrees: 2, level: 0.025, t: 0.95 * Math.sqrt(2 / (4 * 0.025 * 0.975)) },
    { degrees: 4, level: 0.05, t: 2.1318 },
    { degrees: 7, level: 0.005, t: 3.4995 },
    { degrees: 10, level: 0.025, t: 2.2281 },
  ])('has the t of $level and $degrees degrees of freedom', ({ degrees, level, t }) => {
    // The first look has half of alpha.
    const none = { walkError: Infinity, walkDegrees: 14 };
    expect(gapBound({ gap: -0.5, error: 1, degrees, ...none }, 1, 2 * level)).toBeCloseTo(0.5 + t, 3);
    // A random walk's error counts where it is the smaller bound.
    const walk = { gap: 0.5, error: 1, degrees: 0.5, walkError: 2, walkDegrees: degrees };
    expect(gapBound(walk, 1, 2 * level)).toBeCloseTo(0.5 + 2 * t, 3);
    expect(gapBound({ ...walk, degrees: 1e6 }, 1, 2 * level)).toBeLessThan(0.5 + t);
  });

  it('spends alpha over all looks', () => {
    const spent = [1, 2, 3, 4].map((look) => spentBy(look, 0.06));
    expect(distance(spent, [0.03, 0.04, 0.045, 0.048])).toBeLessThan(1e-12);
    expect(spentBy(1e9, 0.06)).toBeCloseTo(0.06, 9);
    // Look 2 has 0.01, whose t for two degrees of freedom is 6.9646.
    const found = { gap: 0, error: 1, degrees: 2, walkError: 9, walkDegrees: 14 };
    expect(gapBound(found, 2, 0.06)).toBeCloseTo(6.9646, 3);
  });

  it('is infinite where nothing is known', () => {
    expect(gapBound(undefined, 1, 0.05)).toBe(Infinity);
  });
});

/** The epochs' ends of one stage, each with a window of S = |theta - theta_c|^2 that drifts so that the gap is `gap`; correlated over `time` samples of 256. */
function stage(gap: number, time: number, seed: number, deviation: number, tensors = 1) {
  const [eta, right, steps] = [0.1, 2, 1000];
  return [1, 2, 3, 4, 5, 6].map((look) => {
    const distances = Object.fromEntries(
      Array.from({ length: tensors }, (_, tensor) => {
        const samples = series(256, Math.exp(-1 / time), 0, 1000 * seed + 10 * look + tensor);
        // gap = -b / (2 eta O_R), b a step.
        const slope = (-gap * 2 * eta * right * steps) / 256;
        const drifting = samples.map((value, index) => 5 + deviation * value + slope * index);
        const means = Array.from({ length: 16 }, (__, block) =>
          drifting.slice(16 * block, 16 * block + 16).reduce((sum, value) => sum + value / 16, 0),
        );
        return [`tensor${tensor}`, means] as const;
      }),
    );
    const sides = { oLHalf: right, oRHalf: right };
    const layers = Object.fromEntries(Object.keys(distances).map((name) => [name, sides]));
    return epochEnd({
      ...sides,
      learningRate: eta,
      layers,
      drift: { look, steps, distances, ...PLAIN },
    });
  });
}

describe('the error of the whole test', () => {
  const STAGES = 300;
  const fires = (schedule: ReturnType<typeof stationary>, ends: ReturnType<typeof stage>) =>
    ends.some((end) => schedule.decide({}, end).reason !== null);
  const rate = (gap: number, time: number, deviation: number) => {
    const schedule = stationary({ tolerance: 0.1, significance: 0.05 });
    let fired = 0;
    for (let seed = 1; seed <= STAGES; seed++) if (fires(schedule, stage(gap, time, seed, deviation))) fired++;
    return fired;
  };

  // 256 samples are 128 and 16 correlation times; the error of the gap is of the order of delta.
  it.each([
    { time: 2, deviation: 30 },
    { time: 16, deviation: 12 },
  ])(
    'is at most alpha where the gap is delta, over six looks, correlated over $time samples',
    ({ time, deviation }) => {
      // 300 alpha = 15, and three deviations of a binomial number: sqrt(300 * .05 * .95) = 3.8.
      const fired = rate(0.1, time, deviation) + rate(-0.1, time, deviation);
      expect(fired / 2).toBeLessThanOrEqual(15 + 11);
      expect(fired).toBeGreaterThan(0);
    },
  );

  it('is small beside its power where nothing drifts', () => {
    expect(rate(0, 2, 3)).toBeGreaterThan(0.99 * STAGES);
  });
});

describe('the stationary schedule', () => {
  const [quiet] = stage(0, 2, 1, 1, 3);
  const [moving] = stage(0.5, 2, 1, 1, 1);
  const mixed = { ...quiet!, drift: { ...quiet!.drift!, distances: { ...quiet!.drift!.distances, tensor0: moving!.drift!.distances['tensor0']! } } }; // prettier-ignore

  it('lowers the rate and gives its numbers', () => {
    const { learningRate, reason } = stationary({ decay: 0.4 }).decide({}, quiet!);
    expect(learningRate).toBeCloseTo(0.06, 12);
    expect(reason).toMatchObject({ rule: 'stationary', tolerance: 0.1, look: 1, spent: 0.025, stepsUsed: 1000 });
    expect(Math.abs(Number(reason!['gap']))).toBeLessThan(0.1);
    expect(reason!['layer']).toMatch(/^tensor[012]$/);
    expect(reason!.message).toMatch(
      /^the gap [-\de.]+ ± [\de.-]+ was within 0\.1 of 0 over the last 1,000 steps, at look 1, by which 0\.025 of the error of 0\.05 is spent$/,
    );
  });

  it('asks every tensor where layers count: one that drifts stops it', () => {
    const layers = stationary({ balance: 'layers' });
    expect(layers.decide({}, quiet!).reason?.message).toMatch(/^the widest gap, of tensor[012], /);
    expect(layers.decide({}, mixed).reason).toBeNull();
    // In total the drift of one is a third as large, still above the tolerance of 0.1 and below that of 0.9.
    expect(stationary().decide({}, mixed).reason).toBeNull();
    expect(stationary({ tolerance: 0.9 }).decide({}, mixed).reason).toMatchObject({ layer: 'tensor0' });
  });

  it('stays where no window has ended, a side is not defined, or the rate is at its minimum', () => {
    expect(stationary().decide({}, epochEnd({ oRHalf: 2 })).reason).toBeNull();
    expect(stationary().decide({}, { ...quiet!, oRHalf: NaN }).reason).toBeNull();
    expect(stationary({ minimumLearningRate: 0.1 }).decide({}, quiet!).reason).toBeNull();
    expect(stationary({ minimumLearningRate: 0.095 }).decide({}, quiet!).learningRate).toBe(0.095);
  });

  it('refuses options out of range and warns of a training too short for it', () => {
    expect(() => stationary({ significance: 0.6 })).toThrow('significance must be a number in (0, 0.5]; found 0.6');
    const { warnings } = stationary().begin({ epochs: 4, stepsPerEpoch: 10, learningRate: 0.1 });
    expect(warnings[0]).toMatch(/a first window of 4 epochs/);
  });
});
