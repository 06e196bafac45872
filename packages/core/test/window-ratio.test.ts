import { describe, expect, it } from 'vitest';
import { normal, randomState } from '../src/random.js';
import { relaxationSteps, windowRatio, type StepSums } from '../src/relations/index.js';

const [LEARNING_RATE, DECAY] = [0.1, 0.2];
const sgd = (momentum: number) => ({ kind: 'sgd', momentum, dampening: 0 }) as const;
const settings = (momentum: number) => ({
  optimizer: sgd(momentum),
  learningRate: LEARNING_RATE,
  weightDecay: DECAY,
});

/**
 * O_L = theta . g and O_R = (1 + mu) / (2 (1 - nu)) eta |v'|^2 of (FDR1') for some parameters that feel weight decay and noise alone,
 * summed over the steps of a window after others.
 */
function simulate(seed: number, momentum: number, before: number, window: number, start = 0) {
  const parameters = 8;
  const theta = new Float64Array(parameters).fill(start);
  const velocity = new Float64Array(parameters);
  const sums: StepSums[] = [];
  const draw = normal(randomState(seed, 'shuffling'), parameters * (before + window), 1);
  for (let step = 0; step < before + window; step++) {
    let [left, right] = [0, 0];
    for (let index = 0; index < parameters; index++) {
      const gradient = DECAY * theta[index]! + draw.values[step * parameters + index]!;
      velocity[index] = momentum * velocity[index]! - gradient;
      left += theta[index]! * gradient;
      right += ((1 + momentum) / 2) * LEARNING_RATE * velocity[index]! ** 2;
      theta[index]! += LEARNING_RATE * velocity[index]!;
    }
    if (step >= before) sums.push({ steps: 1, left, right });
  }
  const total = (side: 'left' | 'right') => sums.reduce((sum, { [side]: value }) => sum + value, 0);
  return { sums, ratio: total('left') / total('right') };
}

/** The ratios of 300 windows of some relaxation times, and their intervals. */
function trialsOf(momentum: number, times: number, before: number, start = 0) {
  const relaxation = relaxationSteps(settings(momentum))!;
  const steps = (count: number) => Math.round(count * relaxation);
  return Array.from({ length: 300 }, (_, seed) => {
    const { ratio, sums } = simulate(seed, momentum, steps(before), steps(times), start);
    return windowRatio(ratio, sums, relaxation);
  });
}

describe('the interval of O_L / O_R over a window', () => {
  // A short window sees less of the series, and is given a little too much: at 8 tau 97.8 % and 11 % wider than 2 sd.
  it.each([
    { momentum: 0, times: 8, most: 1 },
    { momentum: 0, times: 16, most: 0.98 },
    { momentum: 0, times: 40, most: 0.98 },
    { momentum: 0.9, times: 100, most: 0.98 },
  ])('contains 1 in equilibrium in about 95 % of runs: %o', ({ momentum, times, most }) => {
    const intervals = trialsOf(momentum, times, 20);
    const covered = intervals.filter(({ low, high }) => low < 1 && 1 < high).length / intervals.length;
    expect(covered).toBeGreaterThan(0.91);
    expect(covered).toBeLessThan(most);
    // As wide as twice the standard deviation of the ratios themselves.
    const spread = Math.sqrt(intervals.reduce((sum, { mean }) => sum + (mean - 1) ** 2, 0) / intervals.length);
    const half = intervals.reduce((sum, { mean, high }) => sum + high - mean, 0) / intervals.length;
    expect(half / (2 * spread)).toBeGreaterThan(0.85);
    expect(half / (2 * spread)).toBeLessThan(1.25);
  });

  it('excludes 1 while the start is being forgotten', () => {
    const intervals = trialsOf(0, 8, 0, 30);
    expect(intervals.filter(({ low }) => low > 1).length).toBeGreaterThan(0.95 * intervals.length);
  });

  it('is what the formula gives', () => {
    // P = 0, 1, 0, 1, 0, 1, 0, 1, 0 and N = 8 / 2: sd(P)^2 = 4/9 * 5/9 * 4/3, and t = 2.364624 with 7 degrees of freedom.
    const sums = Array.from({ length: 8 }, (_, step) => ({ steps: 1, left: step % 2 === 0 ? 2 : 0, right: 1 }));
    const { mean, low, high } = windowRatio(1.5, sums, 1);
    const half = (2.364624 * Math.sqrt(2 * (4 / 9) * (5 / 9) * (4 / 3))) / 8;
    expect([mean, low, high]).toEqual([1.5, expect.closeTo(1.5 - half, 6), expect.closeTo(1.5 + half, 6)]);
  });

  it('is unbounded for windows of two relaxation times or less, and where a sum is not finite', () => {
    const { sums, ratio } = simulate(1, 0, 500, 100);
    const unbounded = { mean: ratio, low: -Infinity, high: Infinity };
    expect(windowRatio(ratio, sums, 50)).toEqual(unbounded);
    expect(windowRatio(ratio, sums, Infinity)).toEqual(unbounded);
    expect(windowRatio(ratio, [...sums, { steps: 1, left: 1, right: NaN }], 5)).toEqual(unbounded);
    expect(windowRatio(ratio, [], 5)).toEqual(unbounded);
    expect(windowRatio(ratio, sums, 5).high).toBeLessThan(ratio + 1);
  });
});

it('tau is the time in which weight decay alone takes |theta|^2 to a part in e', () => {
  for (const momentum of [0, 0.5, 0.9]) {
    const small = { optimizer: sgd(momentum), learningRate: 0.01, weightDecay: 0.01 };
    let [theta, velocity] = [1, 0];
    let steps = 0;
    for (; theta ** 2 > Math.exp(-1); steps++) {
      velocity = momentum * velocity - small.weightDecay * theta;
      theta += small.learningRate * velocity;
    }
    // The formula is the limit of small eta lambda; with momentum the velocity must first grow, for 1 / (1 - mu) steps.
    expect(Math.abs(steps - relaxationSteps(small)!)).toBeLessThan(2 / (1 - momentum));
  }
  expect(relaxationSteps({ optimizer: sgd(0), learningRate: 0.1, weightDecay: 0.01 })).toBe(500);
  expect(relaxationSteps({ optimizer: sgd(0), learningRate: 0.1, weightDecay: 0 })).toBe(Infinity);
  const adam = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
  expect(relaxationSteps({ optimizer: adam, learningRate: 0.1, weightDecay: 0.01 })).toBeUndefined();
});
