import { describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs';
import { SCHEDULE_OPTIONS } from '@fdr/records';
import {
  adam,
  amsgrad,
  cnn,
  defineOptimizer,
  dog,
  eagerExecutor,
  mlp,
  quadraticTask,
  prodigy,
  scheduleFree,
  sgd,
  stationaryState,
  train,
  type TrainOptions,
} from '../src/index.js';
import {
  constant,
  cosine,
  equilibrium,
  formatDuration,
  formatMeasured,
  formatNumber,
  formatPercent,
  formatRange,
  halfRunningAverage,
  plateau,
  relaxationSteps,
  secondRelation,
  step,
  thresholdOf,
  valleyFloor,
} from '../src/relations/index.js';
import { shuffledVariance } from '../src/relations/shuffled-noise.js';
import { resolveOptions } from '../src/validate.js';
import { zip } from '../src/zip.js';

/** The examples that stand in the doc comments, by the public names. */
describe('the examples of the documentation', () => {
  it('mlp', () => {
    expect(mlp([784, 200, 200, 10]).parameters.length).toBe(6);
  });

  it('cnn', () => {
    expect(cnn({ inputShape: [32, 32, 3], outputs: 10 }).parameters.length).toBe(8);
  });

  it('sgd', () => {
    expect(sgd({ momentum: 0.9 }).slots).toEqual(['velocity']);
  });

  it('adam and amsgrad', () => {
    expect(adam().slots).toEqual(['firstMoment', 'secondMoment']);
    expect(amsgrad().slots).toEqual(['firstMoment', 'secondMoment', 'maximum']);
  });

  it('dog and prodigy', () => {
    expect(dog().slots).toEqual(['displacement']);
    expect(prodigy().slots).toEqual(['displacement', 'firstMoment', 'secondMoment', 'gradientSum']);
  });

  it('scheduleFree', () => {
    expect(scheduleFree().slots).toEqual(['offset']);
  });

  it('halfRunningAverage', () => {
    const average = halfRunningAverage();
    [4, 8, 6].forEach(average.push);
    expect(average.value()).toBe((8 + 6) / 2);
  });

  it('defineOptimizer', () => {
    const signSgd = defineOptimizer({
      settings: { kind: 'sign-sgd' },
      slots: [],
      scalars: [],
      update: (parameters, gradients, state, learningRate) => ({
        parameters: parameters.map((parameter, index) =>
          tf.sub(parameter, tf.mul(learningRate, tf.sign(gradients[index]!))),
        ),
        state,
      }),
    });
    const [moved] = signSgd.update(
      [tf.tensor1d([1, 2])],
      [tf.tensor1d([-3, 5])],
      { slots: {}, scalars: {} },
      tf.scalar(0.5),
    ).parameters;
    expect([...moved!.dataSync()]).toEqual([1.5, 1.5]);
  });

  it('the schedules', () => {
    expect(constant().settings).toEqual({ kind: 'constant' });
    expect(cosine().settings).toEqual({ kind: 'cosine', minimumLearningRate: 0 });
    expect(equilibrium({ threshold: 0.1, decay: 0.3 }).settings['passes']).toBe(1);
    expect(plateau({ patience: 3 }).settings['factor']).toBe(0.1);
    expect(step({ everyEpochs: 30 }).settings).toEqual({
      kind: 'step',
      everyEpochs: 30,
      divisor: 10,
      minimumLearningRate: 0,
    });
  });

  it('thresholdOf, resolveOptions, zip', () => {
    expect(thresholdOf({ kind: 'constant' })).toBe(0.01);
    expect(resolveOptions(SCHEDULE_OPTIONS.step, { divisor: 2 })).toEqual({
      everyEpochs: 100,
      divisor: 2,
      minimumLearningRate: 0,
    });
    expect(zip([1, 2], ['a', 'b'])).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
  });

  it('the formats', () => {
    expect(formatNumber(0.0081000001)).toBe('0.0081');
    expect(formatMeasured(1.05)).toBe('1.050');
    expect(formatRange({ mean: 0.5, low: 0.25, high: 1 })).toBe('0.5000 (0.2500 to 1.000)');
    expect(formatPercent(0.9712)).toBe('97.12 %');
    expect(formatDuration(754)).toBe('12:34');
  });

  it('stationaryState', () => {
    const unit = { dimensions: 1, curvature: 1, noise: 1, learningRate: 1, momentum: 0, dampening: 0 };
    expect(stationaryState(unit).positionVariance).toBe(1);
  });

  it('relaxationSteps', () => {
    const optimizer = { kind: 'sgd', momentum: 0, dampening: 0 } as const;
    expect(relaxationSteps({ optimizer, learningRate: 0.1, weightDecay: 0.01 })).toBe(500);
  });

  it('secondRelation', () => {
    const runs = [0.1, 0.2].map((learningRate) => ({ learningRate, seed: 1, oFB: learningRate / 2, noiseTrace: 2 }));
    expect(secondRelation(runs).curvature.mean).toBe(0.5);
  });

  it('shuffledVariance', () => {
    expect(shuffledVariance(0.1, 30).end).toBeCloseTo(0.433, 3);
  });

  it('valleyFloor', () => {
    expect(valleyFloor([], { stepsPerEpoch: 600, threshold: 0.01 })).toBeUndefined();
  });

  it('train', async () => {
    const options: TrainOptions = {
      task: quadraticTask({ dimensions: 100, curvature: 1, noise: 1, stepsPerEpoch: 100 }),
      executor: eagerExecutor('cpu'),
      optimizer: sgd(),
      learningRate: 0.5,
      weightDecay: 0.01,
      epochs: 10,
      seed: 1,
      schedule: constant(),
    };
    const ratios: number[] = [];
    for await (const item of train(options)) if (item.type === 'epoch') ratios.push(item.record.ratio);
    expect(ratios).toHaveLength(10);
    // What |theta|^2 = 33 +- 5 has drifted by, over 2 eta, against 500 steps of O_R = 33: some 4e-4.
    expect(Math.abs(ratios[9]! - 1)).toBeLessThan(0.01);
  });
});
