import { describe, expect, it } from 'vitest';
import {
  adam,
  amsgrad,
  cnn,
  eagerExecutor,
  halfRunningAverage,
  mlp,
  quadraticTask,
  secondRelation,
  sgd,
  stationaryState,
  train,
  valleyFloor,
  type TrainOptions,
} from '../src/index.js';

/** The examples that stand in the doc comments, by the public names. */
describe('the examples of the documentation', () => {
  it('mlp', () => {
    expect(mlp([784, 200, 200, 10]).parameters.length).toBe(6);
  });

  it('cnn', () => {
    expect(cnn({ inputShape: [32, 32, 3], outputs: 10 }).parameters.length).toBe(8);
  });

  it('sgd', () => {
    expect(sgd({ momentum: 0.9, dampening: 0 }).slots).toEqual(['velocity']);
  });

  it('adam and amsgrad', () => {
    expect(adam().slots).toEqual(['firstMoment', 'secondMoment']);
    expect(amsgrad().slots).toEqual(['firstMoment', 'secondMoment', 'maximum']);
  });

  it('halfRunningAverage', () => {
    const average = halfRunningAverage();
    [4, 8, 6].forEach(average.push);
    expect(average.value()).toBe((8 + 6) / 2);
  });

  it('stationaryState', () => {
    const unit = { dimensions: 1, curvature: 1, noise: 1, learningRate: 1, momentum: 0, dampening: 0 };
    expect(stationaryState(unit).positionVariance).toBe(1);
  });

  it('secondRelation', () => {
    const runs = [0.1, 0.2].map((learningRate) => ({ learningRate, seed: 1, oFB: learningRate / 2, noiseTrace: 2 }));
    expect(secondRelation(runs).curvature.mean).toBe(0.5);
  });

  it('valleyFloor', () => {
    expect(valleyFloor({ lossHalf: 0.5, oLHalf: 0.25 }).floor).toBe(0.375);
  });

  it('train', async () => {
    const options: TrainOptions = {
      task: quadraticTask({ dimensions: 100, curvature: 1, noise: 1, stepsPerEpoch: 100 }),
      executor: eagerExecutor('cpu'),
      ...{ learningRate: 0.5, momentum: 0, dampening: 0, weightDecay: 0.01, epochs: 10, seed: 1 },
      schedule: { schedule: 'constant', threshold: 0.01, decay: 0.1 },
    };
    const ratios: number[] = [];
    for await (const item of train(options)) if (item.type === 'epoch') ratios.push(item.record.ratio);
    expect(ratios).toHaveLength(10);
    // What |theta|^2 = 33 +- 5 has drifted by, over 2 eta, against 500 steps of O_R = 33: some 4e-4.
    expect(Math.abs(ratios[9]! - 1)).toBeLessThan(0.01);
  });
});
