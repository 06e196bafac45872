import * as tf from '@tensorflow/tfjs';
import { epochRecord, eventRecord } from '@fdr/records';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { mlp } from '../src/models/mlp.js';
import { sgd } from '../src/optimizers/sgd.js';
import { equilibrium } from '../src/relations/schedules/equilibrium.js';
import { classificationTask } from '../src/training/classification-task.js';
import { quadraticTask } from '../src/training/quadratic-task.js';
import { train } from '../src/training/trainer.js';
import { SAMPLE_WIDTHS, sampleImages } from './contract/sample-images.js';
import { base, collect, column, images, itemsOf, parametersOf } from './contract/sample-training.js';
import { slowHalfRunningAverage } from './reference/average.js';
import { distance } from './reference/closeness.js';

const withMomentum = { ...base, optimizer: sgd({ momentum: 0.9 }) };

describe('a training', () => {
  it('yields its warnings, then segments and epochs in order, then its end', async () => {
    const items = await collect(train({ ...base, epochs: 2, segmentSteps: () => 4 }));
    // 64 examples in batches of 6: ten steps and four examples left over.
    expect(items.map((item) => (item.type === 'steps' ? `${item.from}` : item.type))).toEqual(
      'event 0 4 8 epoch 10 14 18 epoch end'.split(' '),
    );
    expect(items[0]).toEqual({
      type: 'event',
      record: {
        type: 'warning',
        step: 0,
        epoch: 0,
        message: 'batch size 6 does not divide 64: 4 examples of each shuffle are left out',
      },
    });
    expect(items.at(-1)).toMatchObject({ type: 'end', reason: 'finished' });
  });

  it('yields records that the schemas of the run folder accept', async () => {
    const items = await collect(train({ ...base, schedule: equilibrium({ threshold: 0.9, decay: 0.5 }) }));
    for (const { record } of itemsOf('epoch', items)) z.encode(epochRecord, { ...record, seconds: 0 });
    expect(itemsOf('event', items).length).toBeGreaterThan(1);
    for (const { record } of itemsOf('event', items)) {
      // TypeScript does not follow a spread of a union; the schema judges it anyway.
      z.encode(eventRecord, { ...record, time: '2020-01-01T00:00:00Z' } as z.infer<typeof eventRecord>);
    }
  });

  it('names its columns in order, velocity only with momentum', () => {
    const plain = ['loss', 'lossHalf', 'oL', 'oLHalf', 'oR', 'oRHalf'];
    const perTensor = ['dense1', 'dense2', 'dense3'].flatMap((layer) =>
      ['kernel', 'bias'].flatMap((part) => [`oL/${layer}.${part}`, `oR/${layer}.${part}`]),
    );
    expect(train(base).stepColumns).toEqual([...plain, ...perTensor]);
    expect(train(withMomentum).stepColumns).toEqual([...plain, 'vDotGradient', ...perTensor]);
    expect(train(base).parameters[0]).toEqual({ name: 'dense1.kernel', shape: [12, 8] });
  });

  it('records averages that anyone can compute again from the rows', async () => {
    const optimizer = sgd({ momentum: 0.9, dampening: 0.3 });
    const items = await collect(train({ ...base, optimizer, segmentSteps: () => 3 }));
    for (const name of ['loss', 'oL', 'oR']) {
      const values = column(name, items);
      const halves = values.map((_, index) => slowHalfRunningAverage(values, index + 1));
      expect(distance(column(`${name}Half`, items), halves)).toBeLessThan(1e-7);
    }
    const totals = column('oL', items);
    const kernels = images.objective.parameters.map(({ name }) => column(`oL/${name}`, items));
    const summed = totals.map((_, row) => kernels.reduce((sum, values) => sum + values[row]!, 0));
    expect(distance(totals, summed)).toBeLessThan(1e-6);
    itemsOf('epoch', items).forEach(({ record }) => {
      const t = record.step;
      const half = (name: string) => slowHalfRunningAverage(column(name, items), t);
      expect(distance([record.lossHalf], [half('loss')])).toBeLessThan(1e-12);
      expect(distance([record.oLHalf], [half('oL')])).toBeLessThan(1e-12);
      expect(distance([record.ratio], [half('oL') / half('oR')])).toBeLessThan(1e-12);
      // (18) with mu = 0.9, nu = 0.3
      const fullBatch = 0.7 * record.gradientNormSquared - 0.9 * half('vDotGradient');
      expect(distance([record.oFB], [fullBatch])).toBeLessThan(1e-12);
      const layer = record.layers['dense2.kernel']!;
      expect(distance([layer.oLHalf], [half('oL/dense2.kernel')])).toBeLessThan(1e-12);
      expect(distance([layer.oRHalf], [half('oR/dense2.kernel')])).toBeLessThan(1e-12);
      expect(layer.ratio).toBe(layer.oLHalf / layer.oRHalf);
    });
    expect(itemsOf('epoch', items).map(({ record }) => [record.epoch, record.step])).toEqual([
      [1, 10],
      [2, 20],
      [3, 30],
    ]);
  });

  it('learns: loss falls and accuracy rises far above chance', async () => {
    const epochs = itemsOf('epoch', await collect(train({ ...base, epochs: 15 })));
    const [first, last] = [epochs[0]!.record, epochs.at(-1)!.record];
    expect(last.trainLoss).toBeLessThan(0.8 * first.trainLoss);
    expect(last.trainAccuracy).toBeGreaterThan(0.7);
  });

  it('reads O_L from a centre where one is given, and goes the same way', async () => {
    const centre = parametersOf(train(base).snapshot());
    const plain = await collect(train(base));
    const centred = await collect(train({ ...base, centre }));
    // theta begins at the centre.
    expect(column('oL', centred)[0]).toBe(0);
    expect(column('oL', plain)[0]).not.toBe(0);
    expect(column('loss', centred)).toEqual(column('loss', plain));
    expect(column('oR', centred)).toEqual(column('oR', plain));
    const zeros = Object.fromEntries(Object.entries(centre).map(([name, values]) => [name, values.map(() => 0)]));
    expect(await collect(train({ ...base, centre: zeros }))).toEqual(plain);
    const { ['dense1.bias']: bias } = centre;
    expect(() => train({ ...base, centre: { 'dense1.bias': bias! } })).toThrow(
      'centre["dense1.kernel"] must be 96 float32 values; found undefined',
    );
  });

  it('does not depend on how it is cut into segments', async () => {
    const whole = await collect(train(withMomentum));
    let segments = 0;
    const cut = await collect(train({ ...withMomentum, segmentSteps: () => 1 + (segments++ % 4) }));
    for (const name of train(withMomentum).stepColumns) expect(column(name, cut)).toEqual(column(name, whole));
    expect(itemsOf('epoch', cut)).toEqual(itemsOf('epoch', whole));
    const other = await collect(train({ ...withMomentum, seed: 2 }));
    expect(column('loss', other)).not.toEqual(column('loss', whole));
  });

  it('leaves as many tensors behind as there were, also when it is left early', async () => {
    await tf.setBackend('cpu');
    const { numTensors } = tf.memory();
    await collect(train(base));
    expect(tf.memory().numTensors).toBe(numTensors);
    for await (const item of train(base)) if (item.type === 'epoch') break;
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it('holds as many tensors at the end of each of a thousand epochs', async () => {
    const task = quadraticTask({ dimensions: 2, curvature: 1, noise: 1, stepsPerEpoch: 1 });
    const held: number[] = [];
    for await (const item of train({ ...withMomentum, task, epochs: 1000 }))
      if (item.type === 'epoch') held.push(tf.memory().numTensors);
    expect(held).toHaveLength(1000);
    expect(new Set(held).size).toBe(1);
  });

  it.each([
    ['learningRate', 0, '[1e-12, 1000000000000]'],
    ['learningRate', NaN, '[1e-12, 1000000000000]'],
    ['weightDecay', -1, '[0, 1000000]'],
    ['weightDecay', Infinity, '[0, 1000000]'],
    ['epochs', 0, '[1, 1000000]'],
    ['epochs', 1.5, '[1, 1000000]'],
    ['seed', -1, '[0, 4294967295]'],
    ['seed', 0.5, '[0, 4294967295]'],
  ])('refuses %s %d', (option, value, range) => {
    expect(() => train({ ...base, [option]: value })).toThrow(
      new RegExp(`^${option} must be an? (number|integer) in ${range.replace(/[[\]()]/g, '\\$&')}; found ${value}$`),
    );
  });
});

describe('a training that starts from given parameters', () => {
  it('begins with these parameters and with a velocity of zero', async () => {
    const first = train({ ...withMomentum, epochs: 2 });
    await collect(first);
    const start = parametersOf(first.snapshot());
    const second = train({ ...withMomentum, start, seed: 8 });
    const { tensors } = second.snapshot();
    expect(parametersOf(second.snapshot())).toEqual(start);
    for (const [name, { values }] of Object.entries(tensors))
      if (name.startsWith('velocity/')) expect([...values].every((value) => value === 0)).toBe(true);
    // The loss of its first step is the loss at those parameters; v = 0 makes v . grad f^B zero.
    const items = await collect(second);
    expect(column('vDotGradient', items)[0]).toBe(0);
    expect(column('loss', items)[0]).toBeLessThan(column('loss', await collect(train({ ...base, seed: 8 })))[0]!);
    expect(parametersOf(first.snapshot())).toEqual(start);
  });

  it('refuses parameters that do not fit, by name', () => {
    const start = parametersOf(train(base).snapshot());
    const { 'dense1.bias': bias, ...rest } = start;
    expect(() => train({ ...base, start: rest })).toThrow(
      'start["dense1.bias"] must be 8 float32 values; found undefined',
    );
    expect(() => train({ ...base, start: { ...start, 'dense1.bias': bias!.slice(1) } })).toThrow(/; found 7$/);
    expect(() => train({ ...base, start: { ...start, dense9: bias! } })).toThrow(
      /^start must be of dense1.kernel,.*"dense9"$/,
    );
    expect(() => train({ ...base, start, resume: train(base).snapshot() })).toThrow(/^start must be left out/);
  });
});

describe('a classification task', () => {
  it('refuses data that does not fit', () => {
    const data = sampleImages();
    const model = mlp(SAMPLE_WIDTHS);
    const task = (change: object, batchSize = 6) => () =>
      classificationTask({ model, data: { ...data, ...change }, batchSize }); // prettier-ignore
    expect(task({}, 61)).toThrow('batchSize must be an integer in [1, 60]; found 61');
    expect(task({}, 0)).toThrow('batchSize must be an integer in [1, 60]; found 0');
    expect(task({ imageShape: [28, 28] })).toThrow('imageShape must be of 12 pixels; found "[28,28]"');
    expect(task({ classes: 10 })).toThrow("classes must be 3, as the model's; found 10");
    const single = { model: mlp([12, 1]), data: { ...data, classes: 1 }, batchSize: 6 };
    expect(() => classificationTask(single)).toThrow('classes must be an integer in [2, Infinity); found 1');
    expect(task({ train: { ...data.train, count: 59 } })).toThrow('train.images must be 59 x 12 bytes; found 720');
    const labels = data.test.labels.with(4, 3);
    expect(task({ test: { ...data.test, labels } })).toThrow('test.labels must be below 3; found 3');
    expect(task({ normalization: { mean: 0, deviation: 0 } })).toThrow(/normalization.deviation must be .* found 0/);
    expect(() => mlp([12])).toThrow('widths must be at least two positive integers; found "[12]"');
    expect(() => mlp([12, 0, 3])).toThrow('dense1.outputs must be an integer in [1, Infinity); found 0');
  });
});
