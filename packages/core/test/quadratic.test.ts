import { describe, expect, it } from 'vitest';
import { stationaryState } from '../src/models/quadratic.js';
import { IDENTITY_TOLERANCE, identityDefect } from '../src/relations/identity.js';
import { sgd } from '../src/optimizers/sgd.js';
import { initialParameters, zeroSlot } from '../src/parameters.js';
import { randomState } from '../src/random.js';
import { eagerExecutor } from '../src/training/eager.js';
import type { TensorValues } from '@fdr/program';
import { identityTrial } from '../src/training/identity-trial.js';
import { quadraticTask } from '../src/training/quadratic-task.js';
import { steadyRate, trainingStep } from '../src/training/step.js';
import { MOMENTUM_AND_DAMPENING } from './contract/executor-contract.js';
import { distance } from './reference/closeness.js';
import { iteratedMoments } from './reference/quadratic-moments.js';

const bench = { dimensions: 1000, curvature: 1.5, noise: 0.7 };

describe('the stationary state of the quadratic', () => {
  it('is the known one without momentum: eta h s^2 / (2 - eta h)', () => {
    const { positionVariance, observable } = stationaryState({
      ...bench,
      learningRate: 0.4,
      momentum: 0,
      dampening: 0,
    });
    // 0.4 * 1.5 * 0.49 / (2 - 0.6) = 0.21; O_L = 1000 * 1.5 * 0.21
    expect(distance([positionVariance], [0.21])).toBeLessThan(1e-12);
    expect(distance([observable], [315])).toBeLessThan(1e-12);
  });

  it.each(MOMENTUM_AND_DAMPENING)('is where the moments settle, momentum %d, dampening %d', (momentum, dampening) => {
    const state = stationaryState({ ...bench, learningRate: 0.4, momentum, dampening });
    const found = [state.positionVariance, state.positionVelocity, state.velocityVariance];
    expect(
      distance(found, iteratedMoments({ curvature: 1.5, noise: (1.5 * 0.7) ** 2 }, 0.4, momentum, dampening)),
    ).toBeLessThan(1e-10);
  });

  it('takes weight decay as a stiffer spring to a nearer centre', () => {
    const decayed = stationaryState({ ...bench, learningRate: 0.4, momentum: 0.5, dampening: 0.3, weightDecay: 0.5 });
    const moved = { ...bench, curvature: 2, noise: (0.7 * 1.5) / 2 };
    expect(decayed).toEqual(stationaryState({ ...moved, learningRate: 0.4, momentum: 0.5, dampening: 0.3 }));
  });

  it('refuses a learning rate beyond the stable range', () => {
    // 2 (1 + mu) / ((1 - nu) h) = 2 * 1.5 / (0.5 * 1.5)
    const options = { ...bench, momentum: 0.5, dampening: 0.5 };
    expect(() => stationaryState({ ...options, learningRate: 4 })).toThrow(
      'learningRate must be a number in (0, 4); found 4',
    );
  });
});

describe('training on the quadratic', () => {
  const executor = eagerExecutor('cpu');
  const learningRate = 0.4;
  const weightDecay = 0.1;

  it.each(MOMENTUM_AND_DAMPENING)('reaches the closed form, momentum %d, dampening %d', async (momentum, dampening) => {
    const warming = 300;
    const measured = 700;
    const task = quadraticTask({ ...bench, stepsPerEpoch: warming + measured });
    const specs = task.objective.parameters;
    const executable = await executor.prepare(
      trainingStep(task.objective, sgd({ momentum, dampening }), { weightDecay }),
      {},
    );
    const batches = task.batches(randomState(17, 'shuffling'));
    const start: TensorValues = {
      ...initialParameters(specs, 1),
      ...(momentum > 0 && zeroSlot('velocity', specs)),
    };
    const run = (from: number, steps: number, before: TensorValues) =>
      executable.run({
        steps,
        state: before,
        inputs: { ...batches.take(from, steps), ...steadyRate(learningRate, steps) },
        settings: {},
      });
    let { state } = await run(0, warming, start);
    const sums = { left: 0, right: 0, square: 0 };
    for (let step = 0; step < measured; step++) {
      const { outputs, state: next } = await run(warming + step, 1, state);
      sums.left += outputs['oL']![0]! / measured;
      sums.right += outputs['oR']![0]! / measured;
      const position = state['parameters/position'] as Float32Array;
      sums.square += position.reduce((sum, value) => sum + value ** 2, 0) / position.length / measured;
      state = next;
    }
    await executable.dispose();
    const expected = stationaryState({ ...bench, learningRate, momentum, dampening, weightDecay });
    // theta^2 is a mean over 1,000 x 700 numbers, of which some 20 in a row tell the same (the slowest of the four forgets
    // with 0.9^t): its relative deviation is sqrt(2 / (7e5 / 20)) = 0.8 %; the observables' is no larger.
    expect(distance([sums.square], [expected.positionVariance])).toBeLessThan(0.025);
    expect(distance([sums.left], [expected.observable])).toBeLessThan(0.025);
    expect(distance([sums.right], [expected.observable])).toBeLessThan(0.025);
  });

  it('knows its full-batch loss and gradient without data', async () => {
    const evaluator = await quadraticTask({ dimensions: 2, curvature: 2, noise: 3, stepsPerEpoch: 1 }).evaluator(
      executor,
      0.5,
    );
    const { trainLoss, testAccuracy, gradientNormSquared } = await evaluator.evaluate([Float32Array.of(1, 2)]);
    // 1/2 * 2 * (5 + 2 * 9) + 1/2 * 0.5 * 5; (2.5)^2 * 5
    expect(trainLoss).toBe(24.25);
    expect(gradientNormSquared).toBe(31.25);
    expect(testAccuracy).toBeNaN();
  });
});

describe('the exact identity', () => {
  const executor = eagerExecutor('cpu');
  const dimensions = 300;
  const task = quadraticTask({ ...bench, dimensions, start: 3, stepsPerEpoch: 1000 });
  const options = { task, executor, learningRate: 0.05, weightDecay: 0.1, seed: 2 };

  it.each(MOMENTUM_AND_DAMPENING)(
    'holds over a thousand steps far from stationarity, momentum %d, dampening %d',
    async (momentum, dampening) => {
      const { total } = await identityTrial({ ...options, momentum, dampening, steps: 1000 });
      expect(Math.abs(total.sum)).toBeGreaterThan(100);
      expect(total.defect).toBeLessThan(IDENTITY_TOLERANCE);
    },
  );

  it('holds from any centre theta_c, in float32 only as well as theta and theta_c allow', async () => {
    const specs = task.objective.parameters;
    const centre = new Float32Array(dimensions).fill(2.5);
    const program = trainingStep(task.objective, sgd({ momentum: 0.9, dampening: 0 }), {
      weightDecay: 0.1,
      centred: true,
    });
    const executable = await executor.prepare(program, { 'centre/position': centre });
    const start: TensorValues = { ...initialParameters(specs, 1), ...zeroSlot('velocity', specs) };
    const { state, outputs } = await executable.run({
      steps: 500,
      state: start,
      inputs: { ...task.batches(randomState(1, 'shuffling')).take(0, 500), ...steadyRate(0.05, 500) },
      settings: {},
    });
    await executable.dispose();
    const moment = (values: TensorValues) => ({
      parameters: [values['parameters/position'] as Float32Array],
      velocity: [values['velocity/position'] as Float32Array],
    });
    const window = {
      momentum: 0.9,
      dampening: 0,
      learningRate: 0.05,
      oL: outputs['oL']!,
      oR: outputs['oR']!,
      start: moment(start),
      end: moment(state),
    };
    expect(identityDefect({ ...window, centre: [centre] }).total.defect).toBeLessThan(IDENTITY_TOLERANCE);
    expect(identityDefect(window).total.defect).toBeGreaterThan(0.01);
  });

  it('is broken by any wrong piece', async () => {
    const specs = task.objective.parameters;
    const executable = await executor.prepare(
      trainingStep(task.objective, sgd({ momentum: 0.5, dampening: 0.3 }), { weightDecay: 0.1 }),
      {},
    );
    const start: TensorValues = { ...initialParameters(specs, 1), ...zeroSlot('velocity', specs) };
    const { state, outputs } = await executable.run({
      steps: 50,
      state: start,
      inputs: { ...task.batches(randomState(1, 'shuffling')).take(0, 50), ...steadyRate(0.05, 50) },
      settings: {},
    });
    await executable.dispose();
    const moment = (values: TensorValues) => ({
      parameters: [values['parameters/position'] as Float32Array],
      velocity: [values['velocity/position'] as Float32Array],
    });
    const right = {
      momentum: 0.5,
      dampening: 0.3,
      learningRate: 0.05,
      oL: outputs['oL']!,
      oR: outputs['oR']!,
      start: moment(start),
      end: moment(state),
    };
    const defect = (change: object) => identityDefect({ ...right, ...change }).total.defect;
    expect(defect({})).toBeLessThan(IDENTITY_TOLERANCE);
    expect(defect({ momentum: 0.51 })).toBeGreaterThan(100 * IDENTITY_TOLERANCE);
    expect(defect({ dampening: 0.31 })).toBeGreaterThan(100 * IDENTITY_TOLERANCE);
    expect(defect({ learningRate: 0.051 })).toBeGreaterThan(100 * IDENTITY_TOLERANCE);
    expect(defect({ oR: right.oR.map((value) => 1.01 * value) })).toBeGreaterThan(100 * IDENTITY_TOLERANCE);
    expect(defect({ oL: right.oL.map((value) => 0.99 * value) })).toBeGreaterThan(100 * IDENTITY_TOLERANCE);
    expect(defect({ oL: right.oL.map(() => NaN) })).toBeNaN();
    const still = { parameters: right.end.parameters };
    expect(() => defect({ end: still })).toThrow(/velocity/);
  });
});
