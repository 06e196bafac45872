import { describe, expect, it } from 'vitest';
import { epochAverages, type EpochAverages } from '../src/relations/epoch-averages.js';
import { shuffledVariance } from '../src/relations/shuffled-noise.js';
import { calibratedSpectrum, predictedFullBatch } from '../src/relations/spectral-prediction.js';
import { MOMENTUM_AND_DAMPENING as DYNAMICS } from './contract/executor-contract.js';
import { distance } from './reference/closeness.js';
import { simulate, type Spring } from './reference/noisy-spring.js';
import { carriedVariance } from './reference/shuffled-walk.js';

const plain = { momentum: 0, dampening: 0, sampling: 'shuffle' } as const;
const NAMES: readonly (keyof EpochAverages)[] = ['endVariance', 'fullBatch', 'descent', 'update'];

describe('the variance at the end of an epoch', () => {
  it.each([
    [0.1, 10],
    [0.01, 600],
    [1.2, 7],
    [1.9, 600],
  ])('is what it comes to when it is carried along, eta h = %d, %d steps', (rate, steps) => {
    const [learningRate, curvature] = [0.05, rate / 0.05];
    const end = (sampling: Spring['sampling']) =>
      epochAverages(curvature, { ...plain, learningRate, steps, sampling }).endVariance;
    const carried = carriedVariance(curvature, 1, learningRate, steps);
    expect(distance([end('shuffle')], [carried.end])).toBeLessThan(1e-9);
    // eta^2 / (1 - a^2)
    expect(distance([end('replacement')], [0.05 ** 2 / (1 - (1 - rate) ** 2)])).toBeLessThan(1e-12);
  });
});

describe.each(DYNAMICS)('the stationary state over an epoch, momentum %d, dampening %d', (momentum, dampening) => {
  it.each(['shuffle', 'replacement'] as const)('is that of a simulation, %s', (sampling) => {
    const spring: Spring = { curvature: 0.5, learningRate: 0.04, momentum, dampening, steps: 20, sampling };
    const simulated = simulate(spring, 300);
    const exact = epochAverages(spring.curvature, spring);
    for (const name of NAMES) {
      const { mean, error } = simulated[name];
      expect(Math.abs(exact[name] - mean)).toBeLessThan(4 * error);
    }
    const { endVariance, update } = simulated;
    for (const { mean, error } of [endVariance, update]) expect(error).toBeLessThan(0.04 * mean);
    const other = epochAverages(0.5, { ...spring, sampling: sampling === 'shuffle' ? 'replacement' : 'shuffle' });
    const deviates = (name: keyof EpochAverages) =>
      Math.abs(other[name] - simulated[name].mean) > 8 * simulated[name].error;
    expect(NAMES.some(deviates)).toBe(true);
  });

  it('loses exactly as much by the slope as by the curvature, for any sampling', () => {
    for (const sampling of ['shuffle', 'replacement'] as const)
      for (const curvature of [-3, 0.01, 1, 9]) {
        const { descent, update } = epochAverages(curvature, {
          learningRate: 0.1,
          momentum,
          dampening,
          steps: 40,
          sampling,
        });
        // <-v' . grad f> = eta / 2 <v' . H v'>
        expect(distance([descent], [0.05 * update])).toBeLessThan(1e-9);
      }
  });
});

it.each(DYNAMICS)(
  'O_FB is the descent where mini-batches are independent, momentum %d, dampening %d',
  (momentum, dampening) => {
    const epoch = { learningRate: 0.1, momentum, dampening, steps: 40, sampling: 'replacement' } as const;
    const { fullBatch, descent } = epochAverages(0.1, epoch);
    expect(distance([fullBatch], [descent])).toBeLessThan(1e-10);
  },
);

it('O_FB of a shuffle with momentum is below zero without any curvature: v follows the other batches of its epoch', () => {
  const epoch = { learningRate: 1e-3, momentum: 0.9, dampening: 0.2, steps: 40, sampling: 'shuffle' } as const;
  // v_t = -0.8 sum_j 0.9^(t-1-j) xi_j, and <xi_j xi_t> = -1/39: 0.9 * 0.8 / 39 times the mean over t of (1 - 0.9^t) / 0.1.
  const mean = Array.from({ length: 40 }, (_, step) => (1 - 0.9 ** step) / 0.1 / 40).reduce(
    (sum, value) => sum + value,
  );
  const offset = (-0.9 * 0.8 * mean) / 39;
  const zero = { endVariance: Infinity, fullBatch: offset, descent: 0, update: 0 };
  for (const name of NAMES.slice(1)) expect(Math.abs(epochAverages(0, epoch)[name] - zero[name])).toBeLessThan(1e-12);
  expect(distance([epochAverages(1e-3, epoch).fullBatch], [offset])).toBeLessThan(1e-3);
});

it('a curvature of the other sign counts as its negative', () => {
  const epoch = { ...plain, learningRate: 0.1, steps: 40 };
  expect(epochAverages(-2, epoch).fullBatch).toBe(-epochAverages(2, epoch).fullBatch);
});

it('refuses curvatures without a stationary state, and epochs of one step', () => {
  const epoch = { ...plain, learningRate: 0.1, steps: 40 };
  expect(() => epochAverages(20, epoch)).toThrow('curvature must be a number in (-20, 20); found 20');
  expect(() => epochAverages(1, { ...epoch, steps: 1 })).toThrow('steps must be an integer in [2, Infinity); found 1');
});

describe('the prediction of O_FB from a noise spectrum', () => {
  const epoch = { ...plain, learningRate: 0.02, steps: 50 };
  /** V_end(h): what a shuffle leaves of eta^2 / (1 - a^2). */
  const endVariance = (curvature: number) => {
    const pull = 0.02 * curvature;
    return (0.02 ** 2 / (1 - (1 - pull) ** 2)) * shuffledVariance(pull, 50).end;
  };
  const nodes = [0.1, 1, 3, 20].map((curvature, index) => ({ curvature, weight: 1 / (index + 1) }));
  const ends = nodes.map((node) => ({
    ...node,
    square: 1 + node.curvature ** 2 * epochAverages(node.curvature, epoch).endVariance,
  }));
  const sum = (value: (node: (typeof ends)[number]) => number) => ends.reduce((total, node) => total + value(node), 0);
  const moments = {
    noiseTrace: sum(({ weight, square }) => weight * square),
    trace: sum(({ weight, square, curvature }) => weight * square * curvature),
  };

  it('is the integral of h^2 V_end(h)', () => {
    const exact = sum(({ curvature, weight }) => weight * curvature ** 2 * endVariance(curvature));
    expect(distance([predictedFullBatch(nodes, epoch)], [exact])).toBeLessThan(1e-12);
    expect(predictedFullBatch([...nodes, { curvature: 101, weight: 1e-9 }], epoch)).toBeNaN();
  });

  it('is left alone by known moments that it has, and brought to those that it has not', () => {
    const kept = calibratedSpectrum(nodes, moments, epoch);
    expect(
      distance(
        kept.map(({ weight }) => weight),
        nodes.map(({ weight }) => weight),
      ),
    ).toBeLessThan(1e-12);
    const wrong = nodes.map(({ curvature, weight }) => ({ curvature, weight: weight * (1.3 - 0.02 * curvature) }));
    const right = calibratedSpectrum(wrong, moments, epoch);
    const found = [0, 1].map((degree) =>
      right.reduce(
        (total, { weight, curvature }, index) => total + weight * ends[index]!.square * curvature ** degree,
        0,
      ),
    );
    expect(distance([found[0]!], [moments.noiseTrace])).toBeLessThan(1e-12);
    expect(distance([found[1]!], [moments.trace])).toBeLessThan(1e-12);
    // A wrong overall size is taken out whole, and most of a wrong slope.
    const exact = predictedFullBatch(nodes, epoch);
    expect(Math.abs(predictedFullBatch(right, epoch) / exact - 1)).toBeLessThan(0.005);
    expect(Math.abs(predictedFullBatch(wrong, epoch) / exact - 1)).toBeGreaterThan(0.02);
  });

  it('keeps nodes that cannot be told apart, or that have no stationary state', () => {
    const alike = [{ curvature: 2, weight: 1 }];
    expect(calibratedSpectrum(alike, moments, epoch)).toBe(alike);
    const wild = [...nodes, { curvature: 101, weight: 1 }];
    expect(calibratedSpectrum(wild, moments, epoch)).toBe(wild);
  });
});
