import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { sgd } from '../src/optimizers/sgd.js';
import { normal, randomState } from '../src/random.js';
import { runningRelation } from '../src/relations/running-relation.js';
import { monitor, type MonitorOptions, type MonitorState } from '../src/tfjs/monitor.js';
import { tfOptimizer } from '../src/tfjs/tf-optimizer.js';
import { slowHalfRunningAverage } from './reference/average.js';
import { plainStep } from './reference/sgd.js';

beforeAll(() => tf.setBackend('cpu'));

const DYNAMICS = { momentum: 0.5, dampening: 0.25 };
const [CURVATURE, WEIGHT_DECAY, LEARNING_RATE] = [1, 0.1, 0.2];

/** Steps on a noisy quadratic in two tensors, in plain numbers. */
function walk(steps: number, { momentum, dampening } = DYNAMICS, learningRate = LEARNING_RATE) {
  let parameters = [[3, -2, 1], [0.5]];
  let velocity = parameters.map((tensor) => tensor.map(() => 0));
  const noise = normal(randomState(5, 'shuffling'), 4 * steps, 1).values;
  return Array.from({ length: steps }, (_, step) => {
    const gradients = parameters.map((tensor, t) =>
      tensor.map((value, i) => (CURVATURE + WEIGHT_DECAY) * value - noise[4 * step + 3 * t + i]!),
    );
    const moved = plainStep(parameters, velocity, gradients, { learningRate, momentum, dampening });
    const seen = { parameters, gradients, velocity: moved.velocity, oL: moved.oL, oR: moved.oR };
    ({ parameters, velocity } = moved);
    return seen;
  });
}

const named = ([kernel, bias]: readonly (readonly number[])[]) => ({
  kernel: tf.tensor1d([...kernel!]),
  bias: tf.tensor1d([...bias!]),
});

function watched(steps: ReturnType<typeof walk>, options: MonitorOptions = DYNAMICS, rates = [LEARNING_RATE]) {
  const watch = monitor(options);
  steps.forEach(({ parameters, gradients, velocity }, index) => {
    tf.tidy(() => {
      const learningRate = rates[index] ?? rates.at(-1)!;
      watch.observe({
        parameters: named(parameters),
        gradients: named(gradients),
        velocity: named(velocity),
        learningRate,
      });
    });
  });
  return watch;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('monitor', () => {
  it('keeps the half-running averages of both sides, in total and by tensor, and no tensor', async () => {
    const before = tf.memory().numTensors;
    // More than a block of the log, and a rest.
    const steps = walk(150);
    const watch = watched(steps);
    const { ratio, stepsUsed, oLHalf, oRHalf, layers } = await watch.relation();
    const half = (values: readonly number[]) => slowHalfRunningAverage(values, values.length);
    const [left, right] = [half(steps.map(({ oL }) => sum(oL))), half(steps.map(({ oR }) => sum(oR)))];
    expect(stepsUsed).toBe(75);
    expect(oLHalf / left).toBeCloseTo(1, 5);
    expect(oRHalf / right).toBeCloseTo(1, 5);
    expect(ratio).toBe(oLHalf / oRHalf);
    ['kernel', 'bias'].forEach((name, index) => {
      expect(layers[name]!.oLHalf).toBeCloseTo(half(steps.map(({ oL }) => oL[index]!)), 4);
      expect(layers[name]!.oRHalf).toBeCloseTo(half(steps.map(({ oR }) => oR[index]!)), 4);
    });
    expect(tf.memory().numTensors).toBe(before);
    watch.dispose();
  });

  it('needs no velocity without momentum, and asks for it with', async () => {
    const dynamics = { momentum: 0, dampening: 0.25 };
    const [step] = walk(1, dynamics);
    const watch = monitor(dynamics);
    const observed = { parameters: named(step!.parameters), gradients: named(step!.gradients), learningRate: 0.2 };
    watch.observe(observed);
    expect((await watch.relation()).oRHalf).toBeCloseTo(sum(step!.oR), 5);
    expect(() => monitor(DYNAMICS).observe(observed)).toThrow(
      'velocity must be given with momentum 0.5; found undefined',
    );
    expect(() => watch.observe({ ...observed, learningRate: -1 })).toThrow('learningRate must be a number in [0');
    expect(() => watch.observe({ ...observed, parameters: {} })).toThrow('kernel is missing');
    expect(() => monitor({ threshold: 1 })).toThrow('threshold must be a number in (0, 1); found 1');
    tf.dispose([observed.parameters, observed.gradients]);
    watch.dispose();
  });

  it('begins anew with another learning rate, with other tensors, and when it is told to', async () => {
    const steps = walk(40);
    const expected = async (from: number) => (await watched(steps.slice(from)).relation()).stepsUsed;
    const rates = steps.map((_, index) => (index < 30 ? 0.1 : LEARNING_RATE));
    const changed = await watched(steps, DYNAMICS, rates).relation();
    expect(changed.stepsUsed).toBe(await expected(30));
    expect(changed.ratio).toBe((await watched(steps.slice(30)).relation()).ratio);

    const watch = watched(steps.slice(0, 30));
    watch.restart();
    steps.slice(30).forEach(({ gradients, velocity, parameters }) => {
      tf.tidy(() => watch.observe({ parameters: named(parameters), gradients: named(gradients), velocity: named(velocity), learningRate: LEARNING_RATE })); // prettier-ignore
    });
    expect(await watch.relation()).toEqual(await watched(steps.slice(30)).relation());
    const { parameters, gradients, velocity } = steps[0]!;
    tf.tidy(() => {
      const { bias } = named(gradients);
      watch.observe({ parameters: named(parameters), gradients: { bias }, velocity: named(velocity), learningRate: LEARNING_RATE }); // prettier-ignore
    });
    const { stepsUsed, layers } = await watch.relation();
    expect(stepsUsed).toBe(1);
    expect(Object.keys(layers)).toEqual(['bias']);
  });

  it('goes on to the last bit from a state that has been to disk', async () => {
    const steps = walk(90);
    const whole = await watched(steps).relation();
    const first = watched(steps.slice(0, 33));
    const saved = JSON.parse(JSON.stringify(await first.state())) as MonitorState;
    expect(await watched(steps.slice(33), { ...DYNAMICS, saved }).relation()).toEqual(whole);
    first.restart();
    const restarted = JSON.parse(JSON.stringify(await first.state())) as MonitorState;
    const rest = await watched(steps.slice(33)).relation();
    expect(await watched(steps.slice(33), { ...DYNAMICS, saved: restarted }).relation()).toEqual(rest);
    const fault = () => monitor({ saved: { ...saved, tensors: ['kernel'], averages: {} } });
    expect(fault).toThrow('the saved averages lack oL');
  });

  it('sees each step of an optimizer before its update is stored', async () => {
    const [rule, lambda] = [sgd(DYNAMICS), WEIGHT_DECAY];
    const variable = tf.variable(tf.tensor1d([3, -2]), true, 'watched');
    const optimizer = tfOptimizer(rule, { learningRate: LEARNING_RATE, weightDecay: lambda });
    const watch = monitor(DYNAMICS);
    optimizer.observer = watch.observe;
    let [parameters, velocity] = [[[3, -2]], [[0, 0]]] as [number[][], number[][]];
    const sides = { oL: 0, oR: 0 };
    for (let step = 0; step < 2; step++) {
      optimizer.minimize(() => tf.mul(0.5, tf.sum(tf.square(variable))).asScalar(), false, [variable]);
      const gradients = parameters.map((tensor) => tensor.map((value) => (1 + lambda) * value));
      const moved = plainStep(parameters, velocity, gradients, { ...DYNAMICS, learningRate: LEARNING_RATE });
      ({ parameters, velocity } = moved);
      Object.assign(sides, { oL: sum(moved.oL), oR: sum(moved.oR) });
    }
    // The window of two steps is the second.
    const { oLHalf, oRHalf } = await watch.relation();
    expect(oLHalf / sides.oL).toBeCloseTo(1, 5);
    expect(oRHalf / sides.oR).toBeCloseTo(1, 5);
    optimizer.dispose();
    variable.dispose();
  });
});

describe('runningRelation', () => {
  const balance = (oLHalf: number, total: number | undefined, stepsUsed = 100) => ({
    oLHalf,
    oRHalf: 2,
    stepsUsed,
    layers: {},
    scatter: { total, layers: {} },
  });

  it.each([
    // Ratio, standard error, the paper's rule at X = 0.01, verdict on the interval of 2 errors.
    [1.004, 0.002, true, 'holds'],
    [1.004, 0.004, true, 'undecided'],
    [1.02, 0.004, false, 'does not hold'],
    [1.02, 0.006, false, 'undecided'],
    [1.004, undefined, true, 'undecided'],
    [NaN, 0.001, false, 'undecided'],
  ] as const)('a ratio of %d with the error %d: in equilibrium %s, %s', (ratio, error, passes, verdict) => {
    const relation = runningRelation(balance(2 * ratio, error), 0.01);
    expect(relation.ratio).toBe(ratio);
    expect(relation.inEquilibrium).toBe(passes);
    expect(relation.verdict).toBe(verdict);
    if (error !== undefined && ratio > 0)
      expect(relation.interval.high - relation.interval.low).toBeCloseTo(4 * error, 12);
  });

  it('is undecided at the beginning, does not hold on the way, and holds in the stationary state of a quadratic', async () => {
    const steps = walk(4000);
    expect((await watched(steps.slice(0, 3)).relation()).verdict).toBe('undecided');
    const far = await watched(walk(100, DYNAMICS, 0.001), { ...DYNAMICS, threshold: 0.2 }, [0.001]).relation();
    expect(far.verdict).toBe('does not hold');
    expect((await watched(steps, { ...DYNAMICS, threshold: 0.05 }).relation()).verdict).toBe('holds');
  });
});
