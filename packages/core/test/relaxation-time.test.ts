import { describe, expect, it } from 'vitest';
import { sgd } from '../src/optimizers/sgd.js';
import { relaxationOf, relaxationSteps, relaxationText } from '../src/relations/index.js';
import { constant } from '../src/relations/schedules/constant.js';
import { eagerExecutor } from '../src/training/eager.js';
import { quadraticTask } from '../src/training/quadratic-task.js';
import { train } from '../src/training/trainer.js';
import { MOMENTUM_AND_DAMPENING } from './contract/executor-contract.js';
import { distance } from './reference/closeness.js';
import { collect, itemsOf } from './contract/sample-training.js';

const PLAIN = { kind: 'sgd', momentum: 0, dampening: 0 } as const;

/** As much of a configuration as the relaxation time depends on, and what a whole one has besides. */
const configOf = (change: object) => ({
  model: 'mlp' as const,
  dataset: 'synthetic',
  optimizer: PLAIN,
  learningRate: 0.1,
  weightDecay: 0.01,
  batchSize: 100,
  sampling: 'shuffle' as const,
  epochs: 20,
  schedule: { kind: 'constant' as const },
  seed: 1,
  backend: 'cpu' as const,
  threads: 1,
  ...change,
});

describe('the relaxation time', () => {
  it.each(MOMENTUM_AND_DAMPENING)(
    'is that of |theta|^2 where the data pull nowhere, momentum %d, dampening %d',
    async (momentum, dampening) => {
      const [learningRate, weightDecay] = [0.02, 0.005];
      // A curvature so small that only weight decay is left, and no noise.
      const flat = { dimensions: 3, curvature: 1e-9, noise: 0, start: 2, stepsPerEpoch: 50 };
      const options = { task: quadraticTask(flat), executor: eagerExecutor('cpu'), schedule: constant(), seed: 1 };
      const optimizer = sgd({ momentum, dampening });
      const items = await collect(train({ ...options, optimizer, learningRate, weightDecay, epochs: 4 }));
      // 1/2 lambda |theta|^2 at each epoch's end.
      const losses = itemsOf('epoch', items).map(({ record }) => record.trainLoss);
      const settings = { optimizer: { kind: 'sgd', momentum, dampening }, learningRate, weightDecay } as const;
      const tau = 100 / Math.log(losses[1]! / losses[3]!);
      // The slow root of the update is 1 - x - O(x eta lambda / (1 - mu)^2), where x = (1 - nu) eta lambda / (1 - mu): a part in 100 off at most.
      expect(distance([relaxationSteps(settings)!], [tau])).toBeLessThan(0.02);
    },
  );

  it('has no value without weight decay, and none is known with Adam', () => {
    expect(relaxationSteps({ optimizer: PLAIN, learningRate: 0.1, weightDecay: 0 })).toBe(Infinity);
    const adam = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
    expect(relaxationSteps({ optimizer: adam, learningRate: 0.1, weightDecay: 0.01 })).toBeUndefined();
    expect(relaxationOf({ config: configOf({ optimizer: adam }), stepsPerEpoch: 60 })).toBeUndefined();
    expect(relaxationText({ config: configOf({ optimizer: adam }), stepsPerEpoch: 60 })).toBeUndefined();
    expect(relaxationText({ config: configOf({ weightDecay: 0 }), stepsPerEpoch: 60 })).toBeUndefined();
  });

  it('is set against the length of a run, which should be twice as long', () => {
    // 1 / (2 * 0.1 * 0.01) = 500 steps: 8.33 epochs of 60, and 20 are more than twice as many; 10 epochs of 50, and 20 are just twice as many.
    expect(relaxationOf({ config: configOf({}), stepsPerEpoch: 60 })).toEqual({
      steps: 500,
      epochs: 500 / 60,
      isShort: false,
    });
    expect(relaxationOf({ config: configOf({}), stepsPerEpoch: 50 })!.isShort).toBe(false);
    expect(relaxationOf({ config: configOf({ epochs: 19 }), stepsPerEpoch: 50 })!.isShort).toBe(true);
    expect(relaxationText({ config: configOf({}), stepsPerEpoch: 60 })).toBe(
      'these settings forget their start in tau = 500 steps = 8.33 epochs; you asked for 20',
    );
    expect(relaxationText({ config: configOf({ epochs: 5 }), stepsPerEpoch: 60 })).toBe(
      'warning: these settings forget their start in tau = 500 steps = 8.33 epochs; you asked for 5, less than 2 tau: ' +
        'O_L / O_R may not come near 1',
    );
  });
});
