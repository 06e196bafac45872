import type { RunConfig } from '@fdr/records';
import { describe, expect, it } from 'vitest';
import { stationaryState } from '../src/models/quadratic.js';
import { noiseTrace } from '../src/observables/noise-trace.js';
import { sgd } from '../src/optimizers/sgd.js';
import { noiseScale, noiseScaleText } from '../src/relations/index.js';
import { constant } from '../src/relations/schedules/constant.js';
import { eagerExecutor } from '../src/training/eager.js';
import { quadraticTask } from '../src/training/quadratic-task.js';
import { train } from '../src/training/trainer.js';
import { MOMENTUM_AND_DAMPENING } from './contract/executor-contract.js';
import { collect, itemsOf } from './contract/sample-training.js';
import { distance } from './reference/closeness.js';
import { runOf } from './reference/plain-run.js';

/** All ways to choose `count` of some items. */
const choices = <Item>(items: readonly Item[], count: number): Item[][] =>
  count === 0
    ? [[]]
    : items.flatMap((item, index) => choices(items.slice(index + 1), count - 1).map((rest) => [item, ...rest]));

const mean = (vectors: readonly (readonly number[])[]): number[] =>
  vectors[0]!.map((_, position) => vectors.reduce((sum, vector) => sum + vector[position]! / vectors.length, 0));
const square = (vector: readonly number[]): number => vector.reduce((sum, value) => sum + value ** 2, 0);

describe('the noise scale', () => {
  it.each([1, 2, 3])('is that of all examples, from the mean over all mini-batches of %d', (batchSize) => {
    const gradients = [
      [1, 0.5],
      [2, -1],
      [0.25, 3],
      [-1, 1],
      [4, 0],
      [1, -2],
    ];
    const full = mean(gradients);
    const batches = choices(gradients, batchSize);
    const meanSquare = batches.reduce((sum, batch) => sum + square(mean(batch)) / batches.length, 0);
    const epoch = {
      learningRate: 0.1,
      oRHalf: NaN,
      oFB: NaN,
      gradientNormSquared: square(full),
      observables: { noiseTrace: meanSquare },
    };
    const found = noiseScale(epoch, runOf({ batchSize }, 6 / batchSize));
    const noise = gradients.reduce((sum, one) => sum + square(one.map((value, k) => value - full[k]!)) / 6, 0);
    expect('noise' in found && distance([found.noise], [noise])).toBeLessThan(1e-12);
    expect('noise' in found && distance([found.examples], [noise / square(full)])).toBeLessThan(1e-12);
  });

  it.each(MOMENTUM_AND_DAMPENING)(
    'of a training is the same with and without the observable, and what (FDR2) says, momentum %d, dampening %d',
    async (momentum, dampening) => {
      const bench = { dimensions: 2000, curvature: 1.5, noise: 0.7 };
      const [learningRate, stepsPerEpoch] = [0.2, 300];
      const task = quadraticTask({ ...bench, stepsPerEpoch });
      const options = { task, executor: eagerExecutor('cpu'), schedule: constant(), seed: 5, epochs: 2 };
      const optimizer = sgd({ momentum, dampening });
      const items = await collect(
        train({ ...options, optimizer, learningRate, weightDecay: 0, observables: [noiseTrace] }),
      );
      const { record } = itemsOf('epoch', items).at(-1)!;
      const run = runOf({ optimizer: { kind: 'sgd', momentum, dampening }, learningRate }, stepsPerEpoch);
      const measured = noiseScale(record, run);
      const derived = noiseScale({ ...record, observables: undefined }, run);
      if ('unknown' in measured || 'unknown' in derived) throw new Error('not known');
      // Without momentum they are the same numbers in float32; with it |v|^2 drifts by some of its scatter, 3 % / 300 steps.
      expect(distance([derived.noise], [measured.noise])).toBeLessThan(momentum === 0 ? 1e-5 : 1e-3);
      // h^2 s^2 / (h^2 <theta^2>); a sum over 2,000 directions is good to sqrt(2 / 2000) = 3 %.
      const { positionVariance } = stationaryState({ ...bench, learningRate, momentum, dampening });
      expect(distance([measured.examples], [0.7 ** 2 / positionVariance])).toBeLessThan(0.1);
      expect(distance([measured.noise], [2000 * (1.5 * 0.7) ** 2])).toBeLessThan(0.02);
    },
  );

  it('is refused by name where it is not known, and told with its parts where it is', () => {
    const epoch = { learningRate: 0.1, oRHalf: 0.055, oFB: 0.1, gradientNormSquared: 0.1 };
    const told = (change: object, config: Partial<RunConfig> = {}, steps = 10) =>
      noiseScaleText(noiseScale({ ...epoch, ...change }, runOf({ batchSize: 10, ...config }, steps)));
    // 2 * 0.055 / 0.1 = 1.1; 10 * (1.1 - 0.1) * (99 / 90) = 11
    expect(told({})).toBe('110 examples = tr Sigma 11.00 / |grad f|^2 0.1000');
    // Independent examples: 10 (1.1 - 0.1) / 0.1
    expect(told({}, { sampling: 'replacement' })).toMatch(/^100 examples/);
    expect(told({}, {}, 1)).toBe('not known: one mini-batch is all the data');
    expect(told({ oRHalf: 0.005 })).toBe('not known: the averages do not tell noise from gradient');
    expect(told({ gradientNormSquared: NaN })).toBe('not known: the averages do not tell noise from gradient');
    const adam = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
    expect(told({}, { optimizer: adam })).toBe(
      'not known: with adam it needs the observable noiseTrace (--observables noiseTrace)',
    );
    expect(told({ observables: { noiseTrace: 1.1 } }, { optimizer: adam })).toMatch(/^110 examples/);
    const free = { kind: 'schedule-free', interpolation: 0.9, warmupSteps: 0 } as const;
    expect(told({ observables: { noiseTrace: 1.1 } }, { optimizer: free })).toMatch(/^not known: schedule-free takes/);
  });
});
