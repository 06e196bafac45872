import { describe, expect, it } from 'vitest';
import { polynomialAverage } from '../src/averaging/polynomial-average.js';
import { dog } from '../src/optimizers/dog.js';
import { prodigy } from '../src/optimizers/prodigy.js';
import { equilibrium } from '../src/relations/schedules/equilibrium.js';
import { quadraticTask } from '../src/training/quadratic-task.js';
import { train } from '../src/training/trainer.js';
import type { TrainOptions } from '../src/training/training.js';
import { base, collect, collectSnapshots, itemsOf } from './contract/sample-training.js';

const valley = quadraticTask({ dimensions: 40, curvature: 1, noise: 0.1, start: 3, stepsPerEpoch: 10 });

describe.each([
  ['dog', dog()],
  ['prodigy', prodigy()],
])('a training by %s', (kind, optimizer) => {
  const options: TrainOptions = { ...base, optimizer, learningRate: 1, segmentSteps: () => 4 };

  it('finds its rate: it learns from a first step of 1e-6, and has no number where none is defined', async () => {
    const epochs = itemsOf('epoch', await collect(train({ ...options, task: valley, epochs: 15 }))).map(
      ({ record }) => record,
    );
    // 1/2 (1 + 0.01) 40 3^2 = 182 before the first step; 1/2 40 0.1^2 = 0.2 at the bottom.
    expect(epochs[0]!.trainLoss).toBeGreaterThan(100);
    expect(epochs.at(-1)!.trainLoss).toBeLessThan(1);
    expect(Number.isFinite(epochs.at(-1)!.oLHalf)).toBe(true);
    expect([epochs.at(-1)!.oRHalf, epochs.at(-1)!.ratio, epochs.at(-1)!.oFB]).toEqual([NaN, NaN, NaN]);
  });

  it('goes on bit for bit from every point between two items', async () => {
    const { items, snapshots } = await collectSnapshots(train(options));
    for (const [index, resume] of snapshots.slice(0, -1).entries())
      if (index % 3 === 1) expect(await collect(train({ ...options, resume }))).toEqual(items.slice(index));
  });

  it('refuses a schedule that reads O_R', () => {
    expect(() => train({ ...options, schedule: equilibrium() })).toThrow(
      `schedule must be another one with ${kind}, whose O_R is not defined; found "equilibrium"`,
    );
  });
});

it('a training by dog without an average of its parameters warns, and no other does', async () => {
  const warnings = async (change: Partial<TrainOptions>) =>
    itemsOf('event', await collect(train({ ...base, epochs: 1, ...change }))).flatMap(({ record }) =>
      record.type === 'warning' && record.message.includes('average') ? [record.message] : [],
    );
  expect(await warnings({ optimizer: dog() })).toEqual([
    'dog is meant to be evaluated by an average of its parameters, the polynomial one, and none is kept',
  ]);
  expect(await warnings({ optimizer: dog(), average: polynomialAverage() })).toEqual([]);
  expect(await warnings({ optimizer: prodigy() })).toEqual([]);
});
