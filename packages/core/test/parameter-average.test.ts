import { snapshotState } from '@fdr/records';
import { describe, expect, it } from 'vitest';
import { NOTHING_AVERAGED, type AverageState, type ParameterAverage } from '../src/averaging/parameter-average.js';
import { polynomialAverage } from '../src/averaging/polynomial-average.js';
import { tailAverage } from '../src/averaging/tail-average.js';
import { adam } from '../src/optimizers/adam.js';
import { sgd } from '../src/optimizers/sgd.js';
import { cosine } from '../src/relations/schedules/cosine.js';
import { train } from '../src/training/trainer.js';
import type { TrainingItem, TrainOptions } from '../src/training/training.js';
import { base, collect, collectSnapshots, column, images, itemsOf, parametersOf } from './contract/sample-training.js';
import { distance } from './reference/closeness.js';

/** Steps an epoch of the sample training. */
const M = 10;
const options: TrainOptions = { ...base, optimizer: sgd({ momentum: 0.5 }), epochs: 5 };

/** All parameters after each step, in plain numbers, from the snapshots of a training of one-step segments. */
async function trajectory(change: Partial<TrainOptions>): Promise<number[][]> {
  const training = train({ ...options, ...change, segmentSteps: () => 1 });
  const points: number[][] = [];
  for await (const item of training)
    if (item.type === 'steps') points.push(Object.values(parametersOf(training.snapshot())).flatMap((one) => [...one]));
  return points;
}

/** A <- (1 - (1 + 8) / (t + 8)) A + (1 + 8) / (t + 8) theta, t = 1, 2, ... */
const plainPolynomial = (points: readonly number[][]): number[] =>
  points.reduce<number[]>((average, point, index) => {
    const c = 9 / (index + 1 + 8);
    return point.map((value, position) => (c === 1 ? 0 : (1 - c) * average[position]!) + c * value);
  }, []);

const plainMean = (points: readonly number[][]): number[] =>
  points[0]!.map((_, position) => points.reduce((sum, point) => sum + point[position]! / points.length, 0));

/** The average that a training's snapshot holds, after each epoch. */
async function averages(change: Partial<TrainOptions>): Promise<{ items: TrainingItem[]; found: number[][] }> {
  const training = train({ ...options, ...change, segmentSteps: () => 4 });
  const items: TrainingItem[] = [];
  const found: number[][] = [];
  for await (const item of training) {
    items.push(item);
    if (item.type !== 'epoch') continue;
    const { tensors } = training.snapshot();
    const own = images.objective.parameters.map(({ name }) => [...tensors[`average/${name}`]!.values]);
    found.push(own.flat());
  }
  return { items, found };
}

describe('the polynomial average', () => {
  it('is its recursion over all steps, whatever the learning rate does', async () => {
    const schedule = cosine();
    const points = await trajectory({ schedule });
    const { items, found } = await averages({ schedule, average: polynomialAverage() });
    for (const [index, average] of found.entries())
      expect(distance(average, plainPolynomial(points.slice(0, (index + 1) * M)))).toBeLessThan(2e-6);
    expect(itemsOf('epoch', items).map(({ record }) => record.average?.steps)).toEqual([10, 20, 30, 40, 50]);
  });
});

describe('the tail average', () => {
  it('is the mean over the later half of the epochs, rounded up', async () => {
    const points = await trajectory({});
    const { items, found } = await averages({ average: tailAverage() });
    const lengths = [1, 1, 2, 2, 3].map((epochs) => epochs * M);
    expect(itemsOf('epoch', items).map(({ record }) => record.average?.steps)).toEqual(lengths);
    for (const [index, average] of found.entries()) {
      const end = (index + 1) * M;
      expect(distance(average, plainMean(points.slice(end - lengths[index]!, end)))).toBeLessThan(1e-6);
    }
  });

  it('begins anew where the learning rate changes, also in the middle of an epoch', async () => {
    const changed = async (average: ParameterAverage | undefined, segment: number) => {
      const training = train({ ...options, average, segmentSteps: () => segment });
      const points: number[][] = [];
      const items: TrainingItem[] = [];
      for await (const item of training) {
        items.push(item);
        if (item.type !== 'steps') continue;
        points.push(Object.values(parametersOf(training.snapshot())).flatMap((one) => [...one]));
        if (item.from + segment === 25) training.setLearningRate(0.02, 'c1');
      }
      return { points, items, tensors: training.snapshot().tensors };
    };
    const { points } = await changed(undefined, 1);
    const { items, tensors } = await changed(tailAverage(), 5);
    // 5 steps of the third epoch, 10 of the fourth, 10 of the fifth: half of 25 needs the last two epochs.
    expect(itemsOf('epoch', items).map(({ record }) => record.average?.steps)).toEqual([10, 10, 5, 10, 20]);
    const found = images.objective.parameters.flatMap(({ name }) => [...tensors[`average/${name}`]!.values]);
    expect(distance(found, plainMean(points.slice(30)))).toBeLessThan(1e-6);
  });

  it('keeps at most 16 means and stays near half of the steps, however many epochs pass', () => {
    const { endEpoch } = tailAverage();
    let state: AverageState = NOTHING_AVERAGED;
    for (let epoch = 1; epoch <= 1000; epoch++) {
      // Each epoch's mean is its number.
      state = endEpoch({ ...state, taken: 3 }, [Float32Array.of(epoch)]);
      const { latest, blocks } = state;
      const epochs = latest!.steps / 3;
      expect(blocks.length).toBeLessThanOrEqual(16);
      expect(epochs).toBeGreaterThanOrEqual(epoch / 2);
      expect(epochs).toBeLessThanOrEqual(epoch <= 32 ? Math.ceil(epoch / 2) : (epoch / 2) * 1.125);
      // Mean of the last `epochs` whole numbers up to `epoch`.
      expect(distance([latest!.values[0]![0]!], [epoch - (epochs - 1) / 2])).toBeLessThan(1e-5);
    }
  });
});

describe.each([
  ['polynomial', polynomialAverage()],
  ['tail', tailAverage()],
])('a training with the %s average', (_, average) => {
  it.each([
    ['sgd', sgd()],
    ['momentum', sgd({ momentum: 0.9 })],
    ['adam', adam()],
  ])('makes the same steps to the last bit as without, %s', async (_name, optimizer) => {
    const without = await collect(train({ ...options, optimizer }));
    const averaged = await collect(train({ ...options, optimizer, average }));
    const steps = (items: readonly TrainingItem[]) => itemsOf('steps', items);
    expect(steps(averaged)).toEqual(steps(without));
    const records = itemsOf('epoch', averaged).map(({ record: { average: own, ...record } }) => {
      expect(own).toBeDefined();
      return { record };
    });
    expect(records).toEqual(itemsOf('epoch', without).map(({ record: { average: own, ...record } }) => {
      expect(own).toBeUndefined();
      return { record };
    })); // prettier-ignore
  });

  it('evaluates the average as it evaluates the parameters', async () => {
    const training = train({ ...options, average });
    const evaluator = await images.evaluator(base.executor, base.weightDecay);
    for await (const item of training) {
      if (item.type !== 'epoch') continue;
      const { tensors } = training.snapshot();
      const values = images.objective.parameters.map(({ name }) =>
        Float32Array.from(tensors[`average/${name}`]!.values),
      );
      const { trainLoss, trainAccuracy, testLoss, testAccuracy } = await evaluator.evaluate(values);
      expect(item.record.average).toMatchObject({ trainLoss, trainAccuracy, testLoss, testAccuracy });
      expect(trainLoss).not.toBe(item.record.trainLoss);
    }
    await evaluator.dispose();
  });

  it('goes on bit for bit from every point between two items', async () => {
    const cut: TrainOptions = { ...options, average, schedule: cosine(), segmentSteps: () => 4 };
    const training = train(cut);
    const { items, snapshots } = await collectSnapshots(training);
    for (const [index, resume] of snapshots.slice(0, -1).entries()) {
      if (index % 3 !== 1) continue;
      expect(snapshotState.parse(resume.state)).toEqual(resume.state);
      const again = train({ ...cut, resume });
      expect(await collect(again)).toEqual(items.slice(index));
      expect(again.snapshot()).toEqual(training.snapshot());
    }
  });

  it('is resumed with the same average alone', () => {
    const resume = train({ ...options, average }).snapshot();
    expect(() => train({ ...options, resume })).toThrow(
      `the snapshot's average is {"kind":"${average.settings.kind}"}, this training's is none`,
    );
    const { parameterAverage, ...state } = resume.state;
    expect(parameterAverage).toEqual({ taken: 0, sinceChange: 0, blocks: [] });
    expect(() => train({ ...options, average, resume: { ...resume, state } })).toThrow(
      'the snapshot lacks the average of the parameters',
    );
  });
});

it('no average is kept where none was asked for', async () => {
  const training = train(options);
  const items = await collect(training);
  const { tensors, state } = training.snapshot();
  expect(Object.keys(tensors).filter((name) => /^(average|running|block\d+)\//.test(name))).toEqual([]);
  expect(state.parameterAverage).toBeUndefined();
  expect(column('loss', items)).toHaveLength(50);
});
