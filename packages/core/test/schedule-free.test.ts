import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { polynomialAverage } from '../src/averaging/polynomial-average.js';
import type { Objective } from '../src/objective.js';
import { optimizerStart } from '../src/optimizers/optimizer.js';
import { scheduleFree } from '../src/optimizers/schedule-free.js';
import { equilibrium } from '../src/relations/schedules/equilibrium.js';
import { eagerExecutor } from '../src/training/eager.js';
import { trainingStep } from '../src/training/step.js';
import { train } from '../src/training/trainer.js';
import type { TrainOptions } from '../src/training/training.js';
import { base, collect, collectSnapshots, images, itemsOf } from './contract/sample-training.js';
import { distance } from './reference/closeness.js';

const START = [1, -0.5, 0.25, 2];
const slopeAt = (t: number): number[] => START.map((_, i) => Math.cos(3 * t + i) * 0.1 * (i + 1) * (t === 3 ? 20 : 1));
const slope: Objective = {
  name: 'slope',
  parameters: [{ name: 'position', shape: [4], initialization: { kind: 'constant', value: 0 } }],
  inputs: { gradient: { shape: [4], dtype: 'float32' } },
  constants: {},
  loss: ([position], inputs) => tf.sum(tf.mul(position!, inputs['gradient']!)),
};
const WEIGHT_DECAY = 0.5;

/** Steps t = 1, 2, ... from START by gradients `slopeAt(t) + 0.5 y`. */
async function descend(options: Parameters<typeof scheduleFree>[0], rates: readonly number[]) {
  const optimizer = scheduleFree(options);
  const program = trainingStep(slope, optimizer, { weightDecay: WEIGHT_DECAY });
  const executable = await eagerExecutor('cpu').prepare(program, {});
  const { state, outputs } = await executable.run({
    steps: rates.length,
    state: { 'parameters/position': Float32Array.from(START), ...optimizerStart(optimizer, slope.parameters) },
    inputs: {
      gradient: Float32Array.from(rates.flatMap((_, step) => slopeAt(step + 1))),
      learningRate: Float32Array.from(rates),
    },
    settings: {},
  });
  await executable.dispose();
  return { x: [...state['parameters/position']!], outputs };
}

/** The method in plain numbers: O_L = y . g of each step, and the last x. */
function plainDescent(beta: number, warmupSteps: number, rates: readonly number[]) {
  let x = [...START];
  let z = [...START];
  let largest = -1;
  let sum = 0;
  const oL = rates.map((learningRate, k) => {
    const rate = learningRate * (warmupSteps === 0 ? 1 : Math.min(1, (k + 1) / warmupSteps));
    largest = Math.max(largest, rate);
    sum += largest ** 2;
    const c = largest ** 2 / sum;
    const y = x.map((value, i) => (1 - beta) * z[i]! + beta * value);
    const g = slopeAt(k + 1).map((value, i) => value + WEIGHT_DECAY * y[i]!);
    z = z.map((value, i) => value - rate * g[i]!);
    x = x.map((value, i) => value + c * (z[i]! - value));
    return y.reduce((product, value, i) => product + value * g[i]!, 0);
  });
  return { x, oL };
}

const steady = Array<number>(8).fill(0.3);
const changing = [0.3, 0.3, 0.2, 0.2, 0.4, 0.1, 0.1, 0.1];

describe('schedule-free', () => {
  /**
   * x after eight steps of `SGDScheduleFree` of the package schedulefree 1.4.1 with PyTorch 1.13.0 in float64, its gradient set to `slopeAt(t)` and
   * weight_decay 0.5. The plain recursion of this test was compared with the package once, step by step: over 200 steps of three such settings x
   * differed by at most 1.2e-15.
   */
  it.each([
    ['as it is', {}, steady, [0.7934005814645575, 0.34953852469234914, 0.10318513307375396, -0.2483777408274376]],
    [
      'with momentum 0.5 and warm-up',
      { interpolation: 0.5, warmupSteps: 5 },
      steady,
      [0.7532105033336587, 0.09957275286385883, 0.13103874244189798, 0.3409183763553083],
    ],
    [
      'with other rates',
      {},
      changing,
      [0.7568710272341689, 0.22195539339410125, 0.12692122819881005, 0.06004516626795059],
    ],
  ] as const)("has the package's numbers, %s", async (_, options, rates, expected) => {
    const { x } = await descend(options, rates);
    expect(distance(x, expected)).toBeLessThan(1e-6);
    const { interpolation = 0.9, warmupSteps = 0 } = options as { interpolation?: number; warmupSteps?: number };
    expect(distance(plainDescent(interpolation, warmupSteps, rates).x, expected)).toBeLessThan(1e-14);
  });

  it('measures O_L where it takes the gradient, and no O_R', async () => {
    const { outputs } = await descend({ interpolation: 0.5 }, steady);
    expect(distance([...outputs['oL']!], plainDescent(0.5, 0, steady).oL)).toBeLessThan(1e-5);
    expect(outputs['oR']).toBeUndefined();
  });

  it('weighs a million steps of one rate alike', async () => {
    const optimizer = scheduleFree();
    const executable = await eagerExecutor('cpu').prepare(trainingStep(slope, optimizer, { weightDecay: 0 }), {});
    const { state } = await executable.run({
      steps: 1,
      state: {
        'parameters/position': Float32Array.of(0, 0, 0, 0),
        ...optimizerStart(optimizer, slope.parameters),
        'offset/position': Float32Array.of(1, 1, 1, 1),
        'optimizer/largestRate': Float32Array.of(0.3),
        'optimizer/weights': Float32Array.of(999_999),
      },
      inputs: { gradient: new Float32Array(4), learningRate: Float32Array.of(0.3) },
      settings: {},
    });
    await executable.dispose();
    expect(state['optimizer/weights']).toEqual(Float32Array.of(1e6));
    expect(distance([state['parameters/position']![0]!], [1e-6])).toBeLessThan(1e-7);
  });
});

describe('a training by schedule-free', () => {
  const options: TrainOptions = { ...base, optimizer: scheduleFree(), learningRate: 0.5, segmentSteps: () => 4 };

  it('evaluates and saves x, which its snapshot holds by the parameters’ own names', async () => {
    const training = train({ ...options, epochs: 10 });
    const evaluator = await images.evaluator(base.executor, base.weightDecay);
    const losses: number[] = [];
    for await (const item of training) {
      if (item.type !== 'epoch') continue;
      const { tensors } = training.snapshot();
      const x = images.objective.parameters.map(({ name }) => Float32Array.from(tensors[name]!.values));
      const { trainLoss, testAccuracy } = await evaluator.evaluate(x);
      expect(item.record).toMatchObject({ trainLoss, testAccuracy, oRHalf: NaN, ratio: NaN, oFB: NaN });
      expect(Number.isFinite(item.record.oLHalf)).toBe(true);
      losses.push(trainLoss);
    }
    await evaluator.dispose();
    expect(losses.at(-1)).toBeLessThan(0.9 * losses[0]!);
  });

  it('goes on bit for bit from every point between two items', async () => {
    const { items, snapshots } = await collectSnapshots(train(options));
    for (const [index, resume] of snapshots.slice(0, -1).entries())
      if (index % 3 === 1) expect(await collect(train({ ...options, resume }))).toEqual(items.slice(index));
    expect(itemsOf('epoch', items)).toHaveLength(3);
  });

  it('refuses an average of its own average, and a schedule that reads O_R', () => {
    expect(() => train({ ...options, average: polynomialAverage() })).toThrow(
      'average must be left out with schedule-free, whose parameters are a mean of its steps already; found "polynomial"',
    );
    expect(() => train({ ...options, schedule: equilibrium() })).toThrow(
      'schedule must be another one with schedule-free, whose O_R is not defined; found "equilibrium"',
    );
  });
});
