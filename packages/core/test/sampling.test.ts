import { describe, expect, it } from 'vitest';
import { mlp } from '../src/models/mlp.js';
import { randomState } from '../src/random.js';
import { sgd } from '../src/optimizers/sgd.js';
import { classificationTask } from '../src/training/classification-task.js';
import { drawExamples } from '../src/training/sampling.js';
import { train } from '../src/training/trainer.js';
import { SAMPLE_WIDTHS, sampleImages } from './contract/sample-images.js';
import { base, collect, collectSnapshots, column } from './contract/sample-training.js';

const options = { model: mlp(SAMPLE_WIDTHS), data: sampleImages(64, 23), batchSize: 6 };
const independent = classificationTask({ ...options, sampling: 'replacement' });
const state = randomState(5, 'shuffling');

describe('drawing examples', () => {
  it('takes each once in a shuffle', () => {
    const { values } = drawExamples('shuffle', state, 1000);
    expect([...values].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, index) => index));
  });

  it('takes each with the same probability, whatever came before, with replacement', () => {
    const { values } = drawExamples('replacement', state, 90_000);
    const fold = (index: number) => values[index]! % 3;
    const pairs = Array<number>(9).fill(0);
    for (let index = 0; index + 1 < values.length; index += 2) pairs[3 * fold(index) + fold(index + 1)]!++;
    // Each is binomial with mean 5,000 and deviation 67.
    for (const count of pairs) expect(Math.abs(count - 5000)).toBeLessThan(5 * 67);
    // Of n draws from n, a part 1/e is never taken: 33,109, with a deviation of sqrt(n (1/e - 2/e^2)) = 93.
    expect(Math.abs(90_000 - new Set(values).size - 90_000 / Math.E)).toBeLessThan(5 * 93);
    expect(drawExamples('replacement', state, 90_000).values).toEqual(values);
  });
});

describe('a training with replacement', () => {
  const momentum = { ...base, optimizer: sgd({ momentum: 0.9 }), segmentSteps: () => 3, epochs: 2 };

  it('has as many steps an epoch as one that shuffles, and leaves no example out', async () => {
    const shuffled = classificationTask(options);
    expect([independent.stepsPerEpoch, shuffled.stepsPerEpoch]).toEqual([10, 10]);
    expect([independent.warnings.length, shuffled.warnings.length]).toEqual([0, 1]);
    const [one, other] = [
      await collect(train({ ...base, task: independent })),
      await collect(train({ ...base, task: shuffled })),
    ];
    expect(column('loss', one)).toHaveLength(30);
    expect(column('loss', one)).not.toEqual(column('loss', other));
    expect(await collect(train(base))).toEqual(other);
  });

  it('goes on bit for bit from any step', async () => {
    const { items, snapshots } = await collectSnapshots(train({ ...momentum, task: independent }));
    for (const [index, resume] of snapshots.slice(0, -1).entries())
      expect(await collect(train({ ...momentum, task: independent, resume }))).toEqual(items.slice(index));
  });
});

it('refuses a sampling that there is not', () => {
  expect(() => classificationTask({ ...options, sampling: 'none' as 'shuffle' })).toThrow(
    'sampling must be one of shuffle, replacement; found "none"',
  );
});
