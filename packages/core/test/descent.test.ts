import { describe, expect, it } from 'vitest';
import { sgd } from '../src/optimizers/sgd.js';
import { randomState, permutation } from '../src/random.js';
import { sampleOf } from '../src/relations/confidence.js';
import { epochAverages } from '../src/relations/epoch-averages.js';
import { linear } from '../src/relations/schedules/linear.js';
import { descentStep } from '../src/training/descent.js';
import { quadraticTask } from '../src/training/quadratic-task.js';
import { train } from '../src/training/trainer.js';
import type { TrainOptions } from '../src/training/training.js';
import { MOMENTUM_AND_DAMPENING } from './contract/executor-contract.js';
import { base, collect, collectSnapshots, column, itemsOf, parametersOf } from './contract/sample-training.js';
import { distance } from './reference/closeness.js';

const options: TrainOptions = { ...base, optimizer: sgd({ momentum: 0.9, dampening: 0.3 }), descent: true };

describe('a training that reads its descent', () => {
  it('goes the same way, and adds one number to each epoch', async () => {
    const without = { ...options, descent: false };
    const [read, unread] = [await collect(train(options)), await collect(train(without))];
    for (const name of train(options).stepColumns) expect(column(name, read)).toEqual(column(name, unread));
    itemsOf('epoch', read).forEach(({ record: { descent, ...others } }, index) => {
      expect(descent).not.toBe(0);
      expect(descent).toBeTypeOf('number');
      expect(itemsOf('epoch', unread)[index]!.record).toEqual(others);
    });
  });

  it('goes on bit for bit from any step, and reads the same whatever the segments are', async () => {
    const short = { ...options, segmentSteps: () => 3 };
    const { items, snapshots } = await collectSnapshots(train(short));
    for (const [index, resume] of snapshots.slice(0, -1).entries())
      expect(await collect(train({ ...short, resume }))).toEqual(items.slice(index));
    const descents = (of: typeof items) => itemsOf('epoch', of).map(({ record }) => record.descent);
    expect(descents(await collect(train(options)))).toEqual(descents(items));
  });

  it("reads -v' . grad f, the full gradient before the step and the velocity after it", async () => {
    // h = 2, lambda = 0.5: grad f = 2.5 theta.
    const task = quadraticTask({ dimensions: 7, curvature: 2, noise: 1, start: 1, stepsPerEpoch: 6 });
    const single = { ...options, task, weightDecay: 0.5, learningRate: 0.01, epochs: 4, segmentSteps: () => 1 };
    const { items, snapshots } = await collectSnapshots(train(single));
    let random = randomState(single.seed, 'shuffling');
    for (const { record } of itemsOf('epoch', items)) {
      const step = (record.epoch - 1) * 6 + descentStep({ random }, 6);
      const at = (steps: number) => snapshots.find(({ state }) => state.progress.step === steps)!;
      const position = parametersOf(at(step))['position']!;
      const velocity = at(step + 1).tensors['velocity/position']!.values;
      const expected = -position.reduce((sum, value, index) => sum + 2.5 * value * velocity[index]!, 0);
      // The displacement of a position of about 1 is known to 6e-8 of 0.01.
      expect(distance([record.descent!], [expected])).toBeLessThan(1e-4);
      random = task.batches(random).next;
    }
  });

  it('is per unit of the learning rate of its own step, where that falls within the epoch', async () => {
    // Without noise, momentum and dampening: -v' = grad f = 2.5 theta.
    const task = quadraticTask({ dimensions: 7, curvature: 2, noise: 0, start: 1, stepsPerEpoch: 6 });
    const schedule = linear();
    const falling = { ...options, task, schedule, optimizer: sgd(), weightDecay: 0.5, learningRate: 0.01, epochs: 2 };
    const { items, snapshots } = await collectSnapshots(train({ ...falling, segmentSteps: () => 1 }));
    const [first] = itemsOf('epoch', items);
    const read = descentStep({ random: randomState(falling.seed, 'shuffling') }, 6);
    const position = parametersOf(snapshots.find(({ state }) => state.progress.step === read)!)['position']!;
    expect(read).toBeGreaterThan(0);
    // The rate is 1 - read / 12 of 0.01 there.
    const expected = position.reduce((sum, value) => sum + (2.5 * value) ** 2, 0);
    expect(distance([first!.record.descent!], [expected])).toBeLessThan(1e-3);
  });

  it('has no number where there is none, nor that of an epoch before', async () => {
    // The position grows 99 times a step: beyond float32 in the fourth epoch.
    const task = quadraticTask({ dimensions: 2, curvature: 1, noise: 0, start: 1, stepsPerEpoch: 5 });
    const wild = { ...options, task, optimizer: sgd(), weightDecay: 0, learningRate: 100, epochs: 6 };
    const items = await collect(train({ ...wild, onDivergence: 'continue' }));
    const descents = itemsOf('epoch', items).map(({ record }) => record.descent);
    expect(descents[0]).toBeGreaterThan(0);
    expect(descents.slice(-2)).toEqual([NaN, NaN]);
  });
});

it('each step of an epoch is as likely to be read, whatever the shuffle does with it', () => {
  const counts = Array<number>(7 * 7).fill(0);
  let random = randomState(1, 'shuffling');
  for (let epoch = 0; epoch < 49_000; epoch++) {
    const { values, state } = permutation(random, 7);
    counts[7 * descentStep({ random }, 7) + values[0]!]!++;
    random = state;
  }
  // Each is binomial with mean 1,000 and deviation 31.
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(5 * 31);
});

describe.each(MOMENTUM_AND_DAMPENING)(
  'the quadratic on finite data, momentum %d, dampening %d',
  (momentum, dampening) => {
    const [dimensions, curvature, noise, learningRate, steps] = [12, 1.5, 0.7, 0.2, 4];

    it.each(['shuffle', 'replacement'] as const)('has the exact stationary state, %s', async (sampling) => {
      const items = await collect(
        train({
          ...base,
          task: quadraticTask({ dimensions, curvature, noise, stepsPerEpoch: steps, data: { sampling, seed: 3 } }),
          optimizer: sgd({ momentum, dampening }),
          learningRate,
          weightDecay: 0,
          epochs: 120,
          descent: true,
        }),
      );
      const epochs = itemsOf('epoch', items)
        .slice(10)
        .map(({ record }) => record);
      const vDotGradient = momentum === 0 ? [0, 0] : column('vDotGradient', items).slice(10 * steps);
      const measured = (values: readonly number[]) => {
        const { mean, squaredError } = sampleOf(values);
        return { mean, error: Math.sqrt(squaredError) };
      };
      const exact = epochAverages(curvature, { learningRate, momentum, dampening, steps, sampling });
      const scale = dimensions * (noise * curvature) ** 2;
      const ends = measured(epochs.map(({ gradientNormSquared }) => gradientNormSquared));
      const descent = measured(epochs.map((epoch) => epoch.descent!));
      const along = measured(vDotGradient);
      const close = (found: number, wanted: number, error: number) =>
        expect(Math.abs(found - wanted)).toBeLessThan(5 * error);
      close(ends.mean, scale * curvature ** 2 * exact.endVariance, ends.error);
      close(descent.mean, scale * exact.descent, descent.error);
      close(
        (1 - dampening) * ends.mean - momentum * along.mean,
        scale * exact.fullBatch,
        Math.hypot(ends.error, along.error),
      );
      const other = epochAverages(curvature, {
        learningRate,
        momentum,
        dampening,
        steps,
        sampling: sampling === 'shuffle' ? 'replacement' : 'shuffle',
      });
      expect(Math.abs(ends.mean - scale * curvature ** 2 * other.endVariance)).toBeGreaterThan(8 * ends.error);
      // All directions see the same order of the four centres. With momentum single readings are those of an oscillation; the reference spring tests their mean over every step.
      if (momentum === 0) expect(descent.error).toBeLessThan(0.25 * descent.mean);
    });
  },
);

it('the data of the quadratic are the same for the same seed, of mean 0 and the deviation asked for', () => {
  const options = { dimensions: 3, curvature: 1, noise: 0.7, stepsPerEpoch: 8 };
  const of = (seed: number, state = randomState(1, 'shuffling')) =>
    quadraticTask({ ...options, data: { sampling: 'shuffle', seed } })
      .batches(state)
      .take(0, 8)['centre'] as Float32Array;
  expect(of(4)).toEqual(of(4));
  expect(of(4)).not.toEqual(of(5));
  expect([...of(4, randomState(2, 'shuffling'))].sort()).toEqual([...of(4)].sort());
  for (const direction of [0, 1, 2]) {
    const values = [...of(4)].filter((_, index) => index % 3 === direction);
    expect(Math.abs(values.reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-6);
    expect(distance([values.reduce((sum, value) => sum + value ** 2 / 8, 0)], [0.49])).toBeLessThan(1e-6);
  }
  const lone = { ...options, stepsPerEpoch: 1, data: { sampling: 'shuffle', seed: 4 } } as const;
  expect(() => quadraticTask(lone)).toThrow('stepsPerEpoch must be an integer in [2, Infinity); found 1');
});
