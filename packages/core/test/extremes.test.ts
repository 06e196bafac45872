import { epochRecord, LEARNING_RATE } from '@fdr/records';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { mlp } from '../src/models/mlp.js';
import { adam } from '../src/optimizers/adam.js';
import { amsgrad } from '../src/optimizers/amsgrad.js';
import { dog } from '../src/optimizers/dog.js';
import type { Optimizer } from '../src/optimizers/optimizer.js';
import { prodigy } from '../src/optimizers/prodigy.js';
import { scheduleFree } from '../src/optimizers/schedule-free.js';
import { sgd } from '../src/optimizers/sgd.js';
import { isBalanced } from '../src/relations/equilibrium-rule.js';
import { constant } from '../src/relations/schedules/constant.js';
import { equilibrium } from '../src/relations/schedules/equilibrium.js';
import { valleyFloor } from '../src/relations/valley-floor.js';
import { classificationTask } from '../src/training/classification-task.js';
import { quadraticTask } from '../src/training/quadratic-task.js';
import { train } from '../src/training/trainer.js';
import type { TrainingItem } from '../src/training/training.js';
import { SAMPLE_WIDTHS, sampleImages } from './contract/sample-images.js';
import { base, collect, column, itemsOf } from './contract/sample-training.js';

const OPTIMIZERS: readonly (readonly [string, Optimizer])[] = [
  ['sgd', sgd()],
  ['sgd with momentum and dampening', sgd({ momentum: 0.9, dampening: 0.5 })],
  ['adam', adam()],
  ['amsgrad', amsgrad()],
  ['schedule-free', scheduleFree()],
];
/** The whole range that a run may have. */
const RATES = [LEARNING_RATE.min, 1e-9, 1e-6, 1e-3, 1, 1e3, 1e6, 1e9, LEARNING_RATE.max];
const THRESHOLD = 0.5;

/** The rule where the optimizer has both sides, and otherwise no schedule at all. */
const scheduleOf = ({ dynamics }: Optimizer) =>
  dynamics ? equilibrium({ threshold: THRESHOLD, decay: 0.1 }) : constant();

/** Checks what must be true of every training, and returns why it ended. */
function verdictOf(items: readonly TrainingItem[]): 'finished' | 'diverged' {
  const last = items.at(-1)!;
  if (last.type !== 'end') throw new Error(`the training ended with ${last.type}`);
  const epochs = itemsOf('epoch', items).map(({ record }) => record);
  const events = itemsOf('event', items).map(({ record }) => record);
  for (const record of epochs) z.encode(epochRecord, { ...record, seconds: 0 });
  const losses = [...column('loss', items), ...epochs.map(({ trainLoss }) => trainLoss)];
  expect(losses.every(Number.isFinite)).toBe(last.reason === 'finished');
  const verdicts = events.filter((event) => event.type === 'warning' && event.message.includes('has diverged'));
  expect(verdicts).toHaveLength(last.reason === 'diverged' ? 1 : 0);
  const decided = events.filter((event) => event.type === 'learningRate').map(({ epoch }) => epoch);
  expect(decided).toEqual(epochs.filter((sides) => isBalanced(sides, THRESHOLD)).map(({ epoch }) => epoch));
  return last.reason;
}

describe.each(OPTIMIZERS)('%s', (_, optimizer) => {
  const schedule = scheduleOf(optimizer);

  it('ends with a verdict at every learning rate of the range', async () => {
    const verdicts = [];
    for (const learningRate of RATES)
      verdicts.push(verdictOf(await collect(train({ ...base, optimizer, learningRate, epochs: 1, schedule }))));
    expect(verdicts.slice(0, 4)).toEqual(['finished', 'finished', 'finished', 'finished']);
    expect(verdicts.at(-1)).toBe('diverged');
  });

  it('trains on data of one class, and decides by nothing but the two sides', async () => {
    const data = sampleImages(64, 23);
    const labels = (count: number) => new Uint8Array(count).fill(2);
    const one = {
      ...data,
      train: { ...data.train, labels: labels(64) },
      test: { ...data.test, labels: labels(23) },
    };
    const task = classificationTask({ model: mlp(SAMPLE_WIDTHS), data: one, batchSize: 6 });
    const items = await collect(train({ ...base, task, optimizer, epochs: 3, schedule }));
    expect(verdictOf(items)).toBe('finished');
    expect(itemsOf('epoch', items).at(-1)!.record).toMatchObject({ trainAccuracy: 1, testAccuracy: 1 });
  });
});

describe('a training whose very last step has led beyond all numbers', () => {
  // One step in all, whose loss is taken before it.
  const task = classificationTask({ model: mlp(SAMPLE_WIDTHS), data: sampleImages(60, 23), batchSize: 60 });
  const wild = { ...base, task, optimizer: adam(), learningRate: LEARNING_RATE.max, epochs: 1 };

  it('has diverged', async () => {
    const items = await collect(train(wild));
    expect(column('loss', items).every(Number.isFinite)).toBe(true);
    expect(verdictOf(items)).toBe('diverged');
    expect(itemsOf('event', items).at(-1)!.record).toMatchObject({
      message: 'the loss of the training data is Infinity after epoch 1: the training has diverged',
    });
  });

  it('is not thought to have diverged where its task evaluates nothing', async () => {
    const nothing = { trainLoss: NaN, trainAccuracy: NaN, testLoss: NaN, testAccuracy: NaN, gradientNormSquared: NaN };
    const evaluator = {
      evaluate: () => Promise.resolve(nothing),
      gradient: () => Promise.resolve([]),
      dispose: () => Promise.resolve(),
    };
    const items = await collect(train({ ...wild, task: { ...task, evaluator: () => Promise.resolve(evaluator) } }));
    expect(items.at(-1)).toMatchObject({ type: 'end', reason: 'finished' });
  });
});

describe('a training without any noise, at its minimum', () => {
  it('has two sides of zero: nothing is decided, and no floor is estimated', async () => {
    const task = quadraticTask({ dimensions: 3, curvature: 1.5, noise: 0, stepsPerEpoch: 5 });
    const threshold = 0.99;
    const items = await collect(train({ ...base, task, schedule: equilibrium({ threshold, decay: 0.1 }) }));
    expect(itemsOf('event', items).filter(({ record }) => record.type === 'learningRate')).toEqual([]);
    expect(items.at(-1)).toMatchObject({ type: 'end', reason: 'finished' });
    const records = itemsOf('epoch', items).map(({ record }) => record);
    for (const record of records) expect(record).toMatchObject({ oLHalf: 0, oRHalf: 0, ratio: NaN, lossHalf: 0 });
    const tenfold = Array.from({ length: 10 }, () => records).flat();
    expect(valleyFloor(tenfold, { stepsPerEpoch: 5, threshold })).toBeUndefined();
  });
});

it.each([
  ['dog', dog()],
  ['prodigy', prodigy()],
])('%s ends with a verdict whatever its factor is', async (_, optimizer) => {
  for (const learningRate of RATES)
    verdictOf(await collect(train({ ...base, optimizer, learningRate, epochs: 1, schedule: constant() })));
});
