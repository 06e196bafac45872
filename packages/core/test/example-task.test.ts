import * as tf from '@tensorflow/tfjs';
import type { Executor } from '@fdr/program';
import { describe, expect, it } from 'vitest';
import { mlp } from '../src/models/mlp.js';
import { sgd } from '../src/optimizers/sgd.js';
import { initialParameters, slotValues } from '../src/parameters.js';
import { normal, randomState } from '../src/random.js';
import { constant } from '../src/relations/schedules/constant.js';
import { eagerExecutor } from '../src/training/eager.js';
import { exampleTask, type ExampleTaskOptions } from '../src/training/example-task.js';
import { regressionTask } from '../src/training/regression-task.js';
import { train } from '../src/training/trainer.js';
import type { Task } from '../src/training/task.js';
import { column, collect, itemsOf, parametersOf } from './contract/sample-training.js';
import { distance } from './reference/closeness.js';

const COUNT = 14;
const x = normal(randomState(1, 'shuffling'), COUNT, 1).values;
const y = normal(randomState(2, 'shuffling'), COUNT, 1).values;
const kinds = Uint8Array.from({ length: COUNT }, (_, index) => 200 + (index % 2));

/** A line through examples that count once or twice, with the intercept and the slope as parameters. */
const line: ExampleTaskOptions<'x' | 'y' | 'kind'> = {
  name: 'line',
  parameters: [
    { name: 'intercept', shape: [], initialization: { kind: 'constant', value: 0.5 } },
    { name: 'slope', shape: [], initialization: { kind: 'constant', value: -1 } },
  ],
  examples: { x: { values: x, shape: [] }, y: { values: y, shape: [] }, kind: { values: kinds, shape: [] } },
  batchSize: 4,
  loss: ([intercept, slope], batch) =>
    tf.mul(tf.sub(batch.kind, 199), tf.square(tf.sub(tf.add(intercept!, tf.mul(slope!, batch.x)), batch.y))),
};

const [LEARNING_RATE, WEIGHT_DECAY, EPOCHS] = [0.05, 0.1, 3];

const training = (task: Task, executor: Executor = eagerExecutor('cpu'), change: object = {}) =>
  train({
    task,
    executor,
    optimizer: sgd(),
    schedule: constant(),
    learningRate: LEARNING_RATE,
    weightDecay: WEIGHT_DECAY,
    epochs: EPOCHS,
    seed: 3,
    ...change,
  });

const lossOf = ([a, b]: readonly number[], indices: readonly number[], [xs, ys, ks] = [x, y, kinds]) =>
  indices.reduce((sum, i) => sum + (ks[i]! - 199) * (a! + b! * xs[i]! - ys[i]!) ** 2, 0) / indices.length +
  (WEIGHT_DECAY / 2) * (a! ** 2 + b! ** 2);

function gradientOf([a, b]: readonly number[], indices: readonly number[]): [number, number] {
  const errors = indices.map((i) => (2 * (kinds[i]! - 199) * (a! + b! * x[i]! - y[i]!)) / indices.length);
  return [
    errors.reduce((sum, error) => sum + error, WEIGHT_DECAY * a!),
    errors.reduce((sum, error, at) => sum + error * x[indices[at]!]!, WEIGHT_DECAY * b!),
  ];
}

describe('exampleTask', () => {
  const all = Array.from({ length: COUNT }, (_, index) => index);

  it('trains and evaluates as plain numbers do', async () => {
    const heldOut = { x: x.slice(0, 3), y: y.slice(3, 6), kind: kinds.slice(0, 3) };
    const listed = (values: Float32Array | Uint8Array) => ({ values, shape: [] });
    const test = { x: listed(heldOut.x), y: listed(heldOut.y), kind: listed(heldOut.kind) };
    const task = exampleTask({ ...line, test });
    expect(task.warnings).toEqual(['batch size 4 does not divide 14: 2 examples of each shuffle are left out']);
    const run = training(task);
    const items = await collect(run);

    let theta: readonly number[] = [0.5, -1];
    let random = randomState(3, 'shuffling');
    const losses: number[] = [];
    const records = itemsOf('epoch', items).map(({ record }) => record);
    for (const record of records) {
      const batches = task.batches(random);
      for (let step = 0; step < 3; step++) {
        const indices = [...batches.take(step, 1)['indices']!];
        losses.push(lossOf(theta, indices));
        theta = gradientOf(theta, indices).map((slope, i) => theta[i]! - LEARNING_RATE * slope);
      }
      random = batches.next;
      expect(record.trainLoss).toBeCloseTo(lossOf(theta, all), 5);
      expect(record.testLoss).toBeCloseTo(lossOf(theta, [0, 1, 2], [heldOut.x, heldOut.y, heldOut.kind]), 5);
      const squared = gradientOf(theta, all).reduce((sum, value) => sum + value ** 2, 0);
      expect(record.gradientNormSquared / squared).toBeCloseTo(1, 4);
      expect(record.testAccuracy).toBeNaN();
    }
    expect(records).toHaveLength(EPOCHS);
    expect(distance(column('loss', items), losses)).toBeLessThan(1e-5);
    const { intercept, slope } = parametersOf(run.snapshot());
    expect(distance([intercept![0]!, slope![0]!], theta)).toBeLessThan(1e-5);
  });

  it('takes the same steps without an evaluation, whose numbers are NaN', async () => {
    const evaluated = await collect(training(exampleTask(line)));
    const task = exampleTask({ ...line, evaluates: false });
    const items = await collect(training(task));
    expect(column('loss', items)).toEqual(column('loss', evaluated));
    expect(itemsOf('end', items)[0]!.reason).toBe('finished');
    for (const { record } of itemsOf('epoch', items)) {
      expect([record.trainLoss, record.testLoss, record.gradientNormSquared, record.oFB]).toEqual([NaN, NaN, NaN, NaN]);
      expect(record.ratio).toBe(itemsOf('epoch', evaluated)[record.epoch - 1]!.record.ratio);
    }
    expect(itemsOf('epoch', evaluated)[0]!.record.testLoss).toBeNaN();
    expect(() => training(task, undefined, { descent: true })).toThrow('descent must be left out with a task that evaluates nothing; found true'); // prettier-ignore
  });

  it('refuses by name examples that do not fit', () => {
    const change = (part: Partial<typeof line>) => () => exampleTask({ ...line, ...part });
    const { examples } = line;
    expect(change({ examples: { ...examples, y: { values: y.slice(1), shape: [] } } })).toThrow(
      'examples.y must be a positive number of whole examples, as many as x; found 13',
    );
    expect(change({ examples: { ...examples, x: { values: x, shape: [4] } } })).toThrow('examples.x must be');
    expect(change({ test: {} as typeof examples })).toThrow('test must be at least one list of examples; found "none"');
    expect(change({ batchSize: 15 })).toThrow('batchSize must be an integer in [1, 14]; found 15');
    expect(change({ sampling: 'none' as never })).toThrow('sampling must be one of shuffle, replacement; found "none"');
  });
});

describe('regressionTask', () => {
  it('minimizes half the squared error, summed over the outputs', async () => {
    const model = mlp([2, 2]);
    const task = regressionTask({ model, train: { inputs: x, targets: y }, batchSize: 7 });
    const start = initialParameters(model.parameters, 3);
    const [kernel, bias] = slotValues('parameters', model.parameters, start);
    const squares = Array.from({ length: 7 }, (_, b) =>
      [0, 1].map((o) => (x[2 * b]! * kernel![o]! + x[2 * b + 1]! * kernel![2 + o]! + bias![o]! - y[2 * b + o]!) ** 2),
    );
    const expected =
      squares.flat().reduce((sum, value) => sum + value, 0) / 2 / 7 +
      (WEIGHT_DECAY / 2) * kernel!.reduce((sum, value) => sum + value ** 2, 0);
    // A batch is all of the data.
    expect(column('loss', await collect(training(task)))[0]).toBeCloseTo(expected, 5);
    expect(() => regressionTask({ model, train: { inputs: x, targets: y.slice(2) }, batchSize: 2 })).toThrow(
      'examples.targets must be a positive number of whole examples, as many as inputs; found 6',
    );
  });
});
