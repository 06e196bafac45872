import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { conv2d } from '../src/layers/conv2d.js';
import { maxPool } from '../src/layers/max-pool.js';
import { cnn } from '../src/models/cnn.js';
import { IDENTITY_TOLERANCE } from '../src/relations/identity.js';
import { optimizerStart } from '../src/optimizers/optimizer.js';
import { sgd } from '../src/optimizers/sgd.js';
import { initialParameters, slotValues } from '../src/parameters.js';
import { randomState } from '../src/random.js';
import type { LabelledImages } from '../src/training/classification.js';
import { classificationTask } from '../src/training/classification-task.js';
import { eagerExecutor } from '../src/training/eager.js';
import { identityTrial } from '../src/training/identity-trial.js';
import { steadyRate, trainingStep } from '../src/training/step.js';
import { PICTURE_SHAPE, sampleCnn, samplePictures } from './contract/sample-pictures.js';
import { distance } from './reference/closeness.js';
import { plainCnnLogits, plainNetworkGradients, plainNetworkLoss, type PlainNetwork } from './reference/convolution.js';
import type { PlainExample } from './reference/perceptron.js';
import { plainStep } from './reference/sgd.js';

const executor = eagerExecutor('cpu');
const data = samplePictures();
const model = sampleCnn();
const task = classificationTask({ model, data, batchSize: 4 });
const network: PlainNetwork = (parameters, pixels) => plainCnnLogits(PICTURE_SHAPE, 2, parameters, pixels);
const example = ({ images, labels }: LabelledImages, position: number): PlainExample => ({
  label: labels[position]!,
  pixels: [...images.subarray(position * 60, (position + 1) * 60)].map((byte) => (byte / 255 - 0.5) / 0.5),
});

describe("the paper's convolutional network", () => {
  const paper = cnn({ inputShape: [32, 32, 3], outputs: 10 });

  it('has the shapes of appendix B.2', () => {
    expect(paper.parameters.map(({ name, shape }) => [name, shape])).toEqual([
      ['conv1.kernel', [5, 5, 3, 16]],
      ['conv1.bias', [16]],
      ['conv2.kernel', [5, 5, 16, 20]],
      ['conv2.bias', [20]],
      ['conv3.kernel', [5, 5, 20, 20]],
      ['conv3.bias', [20]],
      // 32 / 2 / 2 / 2 = 4; 4 * 4 * 20
      ['dense1.kernel', [320, 10]],
      ['dense1.bias', [10]],
    ]);
    expect(paper.inputs).toBe(3072);
  });

  it('starts as Glorot and Bengio say, with zero biases', () => {
    const parameters = initialParameters(paper.parameters, 1);
    // sqrt(6 / (25 * 16 + 25 * 20)) = 0.0816; 8,000 numbers come within 1 % of it and never beyond.
    const largest = Math.max(...parameters['parameters/conv2.kernel']!.map(Math.abs));
    expect(largest).toBeLessThan(Math.sqrt(6 / 900));
    expect(largest).toBeGreaterThan(0.99 * Math.sqrt(6 / 900));
    expect(parameters['parameters/conv2.bias']!.every((value) => value === 0)).toBe(true);
  });

  it('turns a batch of flat pictures into logits', async () => {
    await tf.setBackend('cpu');
    const logits = tf.tidy(() => {
      const values = initialParameters(paper.parameters, 1);
      const tensors = paper.parameters.map(({ name, shape }) => tf.tensor(values[`parameters/${name}`]!, [...shape]));
      return tf.keep(paper.apply(tensors, tf.ones([1, 3072])));
    });
    expect(logits.shape).toEqual([1, 10]);
    const plain = slotValues('parameters', paper.parameters, initialParameters(paper.parameters, 1)).map((values) => [
      ...values,
    ]);
    const expected = plainCnnLogits(
      [32, 32, 3],
      2,
      plain,
      Array.from({ length: 3072 }, () => 1),
    );
    expect(distance(logits.dataSync(), expected)).toBeLessThan(1e-5);
    logits.dispose();
  });
});

describe('a small convolutional network', () => {
  it.each([
    [0, 0],
    [0.9, 0.3],
  ])('trains as plain numbers do, momentum %d, dampening %d', async (momentum, dampening) => {
    const optimizer = sgd({ momentum, dampening });
    const executable = await executor.prepare(
      trainingStep(task.objective, optimizer, { weightDecay: 0.01 }),
      task.constants,
    );
    const before = { ...initialParameters(model.parameters, 3), ...optimizerStart(optimizer, model.parameters) };
    const steps = 4;
    const inputs = { ...task.batches(randomState(1, 'shuffling')).take(0, steps), ...steadyRate(0.25, steps) };
    const { state, outputs } = await executable.run({ steps, state: before, inputs, settings: {} });
    await executable.dispose();

    let parameters = slotValues('parameters', model.parameters, before).map((values) => [...values]);
    let velocity = parameters.map((values) => values.map(() => 0));
    const expected = { loss: [] as number[], oL: [] as number[], oR: [] as number[] };
    for (let step = 0; step < steps; step++) {
      const positions = [...(inputs['indices'] as Int32Array).subarray(step * 4, step * 4 + 4)];
      const batch = positions.map((position) => example(data.train, position));
      expected.loss.push(plainNetworkLoss(network, parameters, batch, 0.01));
      const gradients = plainNetworkGradients(network, parameters, batch, 0.01);
      const next = plainStep(parameters, velocity, gradients, { learningRate: 0.25, momentum, dampening });
      ({ parameters, velocity } = next);
      expected.oL.push(...next.oL);
      expected.oR.push(...next.oR);
    }
    const found = slotValues('parameters', model.parameters, state).flatMap((values) => [...values]);
    expect(distance(found, parameters.flat())).toBeLessThan(1e-5);
    expect(distance(outputs['loss']!, expected.loss)).toBeLessThan(1e-5);
    expect(distance(outputs['oL']!, expected.oL)).toBeLessThan(1e-5);
    expect(distance(outputs['oR']!, expected.oR)).toBeLessThan(1e-5);
  });

  it('obeys the exact identity, tensor by tensor', async () => {
    const options = { momentum: 0.5, dampening: 0.3, learningRate: 0.1, weightDecay: 0.01, steps: 6, seed: 5 };
    const { total, tensors } = await identityTrial({ task, executor, ...options });
    expect(tensors).toHaveLength(6);
    for (const { defect } of [total, ...tensors]) expect(defect).toBeLessThan(IDENTITY_TOLERANCE);
  });

  it('is evaluated over all pictures', async () => {
    const evaluator = await task.evaluator(executor, 0.02);
    const parameters = slotValues('parameters', model.parameters, initialParameters(model.parameters, 4));
    const found = await evaluator.evaluate(parameters);
    await evaluator.dispose();
    const plain = parameters.map((values) => [...values]);
    const test = Array.from({ length: 11 }, (_, position) => example(data.test, position));
    const train = Array.from({ length: 24 }, (_, position) => example(data.train, position));
    expect(distance([found.testLoss], [plainNetworkLoss(network, plain, test, 0.02)])).toBeLessThan(1e-6);
    expect(distance([found.trainLoss], [plainNetworkLoss(network, plain, train, 0.02)])).toBeLessThan(1e-6);
    const squares = plainNetworkGradients(network, plain, train, 0.02)
      .flat()
      .reduce((sum, value) => sum + value ** 2, 0);
    expect(distance([found.gradientNormSquared], [squares])).toBeLessThan(1e-5);
  });

  it('refuses by name what does not fit', () => {
    const make = (change: object) => () =>
      cnn({ inputShape: [6, 5, 2], channels: [3, 4], filter: 3, outputs: 3, ...change });
    expect(make({ filter: 4 })).toThrow('conv1.filter must be odd; found 4');
    expect(make({ channels: [3, 0] })).toThrow('conv2.outputs must be an integer in [1, Infinity); found 0');
    expect(make({ channels: [] })).toThrow('channels must be at least one positive integer; found "[]"');
    expect(make({ pool: 0 })).toThrow('pool must be an integer in [1, Infinity); found 0');
    expect(make({ pool: 3 })).toThrow(
      'inputShape must be at least 9 rows and columns for 2 poolings by 3; found "[6,5,2]"',
    );
    expect(make({ inputShape: [6, 5] })).toThrow('inputShape must be [rows, columns, channels]; found "[6,5]"');
    const planar = { ...data, imageShape: [2, 6, 5] };
    expect(() => classificationTask({ model, data: planar, batchSize: 4 })).toThrow(
      'imageShape must be [6,5,2], as the model\'s; found "[2,6,5]"',
    );
  });
});

describe('the layers', () => {
  it('conv2d sees zeros around the picture', async () => {
    await tf.setBackend('cpu');
    const layer = conv2d('conv', { filter: 3, inputs: 1, outputs: 1 });
    const output = tf.tidy(() =>
      tf.keep(layer.apply([tf.ones([3, 3, 1, 1]), tf.tensor1d([0.5])], tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]))),
    );
    // Every position sees all four numbers: 10, and the bias.
    expect([...output.dataSync()]).toEqual([10.5, 10.5, 10.5, 10.5]);
    output.dispose();
  });

  it('max-pooling gives the gradient to the first of equal numbers', async () => {
    await tf.setBackend('cpu');
    const [value, gradient] = tf.tidy(() => {
      const input = tf.tensor4d([5, 1, 5, 2, 5, 0, 3, 7, 9, 9, 9, 9], [1, 3, 4, 1]);
      const pooled = (tensor: tf.Tensor) => maxPool(2).apply(tensor);
      return [tf.keep(pooled(input)), tf.keep(tf.grad((tensor) => tf.sum(pooled(tensor)))(input))];
    });
    // Squares {5, 1, 5, 0} and {5, 2, 3, 7}; the last row is left over.
    expect([...value.dataSync()]).toEqual([5, 7]);
    expect([...gradient.dataSync()]).toEqual([1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
    tf.dispose([value, gradient]);
    expect(maxPool(2).outputLength(5)).toBe(2);
  });
});
