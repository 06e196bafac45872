import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { parametersSquared } from '../src/observables/parameters-squared.js';
import { sgd } from '../src/optimizers/sgd.js';
import { anglePerStep, type AnglePerStep } from '../src/relations/index.js';
import { constant } from '../src/relations/schedules/constant.js';
import { eagerExecutor } from '../src/training/eager.js';
import { quadraticTask } from '../src/training/quadratic-task.js';
import type { Task } from '../src/training/task.js';
import { train } from '../src/training/trainer.js';
import type { TrainOptions } from '../src/training/training.js';
import { MOMENTUM_AND_DAMPENING } from './contract/executor-contract.js';
import { images, parametersOf } from './contract/sample-training.js';
import { distance } from './reference/closeness.js';
import { runOf } from './reference/plain-run.js';

const options = { executor: eagerExecutor('cpu'), schedule: constant(), seed: 1, epochs: 1 };

/** The epoch's record of a training, and the mean square of the angle between neighbouring steps over its later half, tensor by tensor. */
async function turned({ task, ...rest }: Pick<TrainOptions, 'task' | 'learningRate' | 'weightDecay' | 'optimizer'>) {
  const training = train({ ...options, ...rest, task, observables: [parametersSquared], segmentSteps: () => 1 });
  const names = task.objective.parameters.map(({ name }) => name);
  const squares = names.map(() => 0);
  let before = parametersOf(training.snapshot());
  const counted = task.stepsPerEpoch - Math.floor(task.stepsPerEpoch / 2);
  for await (const item of training) {
    if (item.type === 'epoch') return { record: item.record, squares };
    if (item.type !== 'steps') continue;
    const after = parametersOf(training.snapshot());
    const dot = (name: string, a: typeof before, b: typeof before) =>
      a[name]!.reduce((sum, value, index) => sum + value * b[name]![index]!, 0);
    for (const [tensor, name] of names.entries())
      if (item.from >= task.stepsPerEpoch - counted)
        squares[tensor]! +=
          Math.acos(
            Math.min(1, dot(name, before, after) / Math.sqrt(dot(name, before, before) * dot(name, after, after))),
          ) **
            2 /
          counted;
    before = after;
  }
  throw new Error('no epoch');
}

const known = (found: ReturnType<typeof anglePerStep>): readonly AnglePerStep[] => {
  if ('unknown' in found) throw new Error(found.unknown);
  return found;
};

/** A loss of the direction of theta alone, `c . theta / |theta|`, c a new centre at each step; it starts at the |theta| of its equilibrium. */
function scaleInvariantTask(dimensions: number, squaredLength: number, stepsPerEpoch: number): Task {
  const start = Math.sqrt(squaredLength / dimensions);
  const task = quadraticTask({ dimensions, curvature: 1, noise: 1, start, stepsPerEpoch });
  const loss: Task['objective']['loss'] = ([theta], { centre }) =>
    tf.sum(tf.div(tf.mul(centre!, theta!), tf.sqrt(tf.sum(tf.square(theta!)))));
  return { ...task, objective: { ...task.objective, loss } };
}

describe('the angle a step', () => {
  it.each(MOMENTUM_AND_DAMPENING)(
    'of a scale-invariant tensor is that of rotational equilibrium, momentum %d, dampening %d',
    async (momentum, dampening) => {
      const [learningRate, weightDecay, dimensions] = [0.05, 0.05, 300];
      // |theta|^4 = eta (1 - nu) <|g|^2 |theta|^2> / (2 lambda (1 - mu)), |g|^2 |theta|^2 = the centre across theta, dimensions - 1
      const length = ((learningRate * (1 - dampening) * (dimensions - 1)) / (2 * weightDecay * (1 - momentum))) ** 0.5;
      const optimizer = sgd({ momentum, dampening });
      const task = scaleInvariantTask(dimensions, length, 400);
      const { record, squares } = await turned({ task, learningRate, weightDecay, optimizer });
      const run = {
        ...runOf({ learningRate, weightDecay, optimizer: { kind: 'sgd', momentum, dampening } }, 400),
        parameters: [{ name: 'position', shape: [dimensions] }],
      };
      const [found] = known(anglePerStep(record, run));
      const expected = Math.sqrt((2 * learningRate * weightDecay * (1 - dampening)) / (1 + momentum));
      expect(distance([found!.scaleInvariant], [expected])).toBeLessThan(1e-12);
      expect(distance([found!.angle], [Math.sqrt(squares[0]!)])).toBeLessThan(0.01);
      expect(distance([found!.angle], [expected])).toBeLessThan(0.03);
    },
  );

  it('of each tensor of a network is that by which it turns', async () => {
    const [learningRate, weightDecay] = [0.1, 0.03];
    const { record, squares } = await turned({
      task: { ...images, stepsPerEpoch: 10 },
      learningRate,
      weightDecay,
      optimizer: sgd(),
    });
    const parameters = images.objective.parameters.map(({ name, shape }) => ({ name, shape: [...shape] }));
    const found = known(anglePerStep(record, { ...runOf({ learningRate, weightDecay }, 10), parameters }));
    // The kernels; biases begin at zero, where a step is no small angle.
    for (const tensor of [0, 2, 4])
      expect(distance([found[tensor]!.angle], [Math.sqrt(squares[tensor]!)]), found[tensor]!.tensor).toBeLessThan(0.1);
  });

  it('is refused by name where it is not known', () => {
    const adam = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
    const of = (change: object) =>
      anglePerStep({ layers: {}, learningRate: 0.1 }, { ...runOf(change, 10), parameters: [] });
    expect(of({ optimizer: adam })).toEqual({ unknown: 'O_R is not defined with adam' });
    expect(of({})).toEqual({
      unknown: 'it needs the observable parametersSquared (--observables parametersSquared)',
    });
  });
});
