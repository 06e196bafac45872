import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { completeWasmBackend } from '../src/kernels/wasm-filter-gradient.js';
import { normal, randomState } from '../src/random.js';
import { IDENTITY_TOLERANCE } from '../src/relations/identity.js';
import { classificationTask } from '../src/training/classification-task.js';
import { eagerExecutor } from '../src/training/eager.js';
import { identityTrial } from '../src/training/identity-trial.js';
import { sampleCnn, samplePictures } from './contract/sample-pictures.js';
import { distance } from './reference/closeness.js';

type Pad = Parameters<typeof tf.conv2d>[3];

/** A convolution: pictures, filter, strides, padding. Not a padding of one number: on that the backend's own Conv2D writes beyond its memory. */
const SHAPES: readonly (readonly [
  [number, number, number, number],
  [number, number, number, number],
  [number, number],
  Pad,
])[] = [
  [[2, 5, 6, 3], [3, 3, 3, 4], [1, 1], 'same'],
  [[2, 5, 6, 3], [3, 3, 3, 4], [1, 1], 'valid'],
  [[1, 4, 4, 1], [1, 1, 1, 1], [1, 1], 'valid'],
  [[3, 7, 6, 2], [2, 3, 2, 1], [2, 2], 'same'],
  // Rows and columns at the end that no place of the filter reaches.
  [[2, 8, 9, 2], [3, 2, 2, 3], [3, 4], 'valid'],
  [[2, 6, 5, 1], [4, 4, 1, 2], [1, 2], 'same'],
  [
    [1, 5, 6, 2],
    [3, 2, 2, 3],
    [1, 2],
    [
      [0, 0],
      [2, 1],
      [0, 3],
      [0, 0],
    ],
  ],
  [[4, 28, 28, 1], [5, 5, 1, 8], [1, 1], 'same'],
];

const values = (seed: number, shape: number[]) =>
  tf.tensor(normal(randomState(seed, 'shuffling'), tf.util.sizeFromShape(shape), 1).values, shape);

/** Value and gradients of a convolution, weighted so that no two places count alike. */
async function convolution(backend: string, row: (typeof SHAPES)[number]): Promise<Float32Array[]> {
  await tf.setBackend(backend);
  const [shape, filterShape, strides, pad] = row;
  const tensors = tf.tidy(() => {
    const [x, filter] = [values(1, shape) as tf.Tensor4D, values(2, filterShape) as tf.Tensor4D];
    const conv = (a: tf.Tensor, b: tf.Tensor) => tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, pad);
    const y = conv(x, filter);
    const upstream = values(3, y.shape);
    return [y, ...tf.grads((a, b) => tf.sum(tf.mul(conv(a!, b!), upstream)))([x, filter])];
  });
  const found = await Promise.all(tensors.map(async (tensor) => Float32Array.from(await tensor.data())));
  tf.dispose(tensors);
  return found;
}

describe('Conv2DBackpropFilter on wasm', () => {
  it.each(SHAPES)('pictures %j, filter %j, strides %j, padding %j: as on cpu', async (...row) => {
    completeWasmBackend();
    await tf.setBackend('wasm');
    const before = tf.memory().numTensors;
    const found = await convolution('wasm', row);
    expect(tf.memory().numTensors).toBe(before);
    const expected = await convolution('cpu', row);
    expect(found).toHaveLength(3);
    found.forEach((each, index) => expect(distance(each, expected[index]!)).toBeLessThan(5e-6));
  });

  it('is registered once, and says what it does not take', async () => {
    completeWasmBackend();
    completeWasmBackend();
    const kernels = tf.getKernelsForBackend('wasm').filter(({ kernelName }) => kernelName === 'Conv2DBackpropFilter');
    expect(kernels).toHaveLength(1);
    const tensor = tf.ones([1, 3, 3, 1]) as tf.Tensor4D;
    const attrs = { strides: 1, pad: 'same', dataFormat: 'NCHW', filterShape: [1, 1, 1, 1] };
    await tf.setBackend('wasm');
    const run = () => tf.engine().runKernel('Conv2DBackpropFilter', { x: tensor, dy: tensor }, attrs as never);
    expect(run).toThrow('takes pictures as NHWC; found NCHW');
    tensor.dispose();
  });

  it("lets the paper's network train: the exact identity holds, tensor by tensor", async () => {
    const task = classificationTask({ model: sampleCnn(), data: samplePictures(), batchSize: 4 });
    const options = { momentum: 0.5, dampening: 0.3, learningRate: 0.1, weightDecay: 0.01, steps: 6, seed: 5 };
    const { total, tensors } = await identityTrial({ task, executor: eagerExecutor('wasm'), ...options });
    expect(tensors).toHaveLength(6);
    for (const { defect } of [total, ...tensors]) expect(defect).toBeLessThan(IDENTITY_TOLERANCE);
  });

  it('lets a LayersModel with convolutions train, to the numbers of cpu', async () => {
    completeWasmBackend();
    const train = async (backend: string) => {
      await tf.setBackend(backend);
      const initial = { kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }) };
      const model = tf.sequential({
        layers: [
          tf.layers.conv2d({ filters: 3, kernelSize: 3, activation: 'relu', inputShape: [6, 6, 1], ...initial }),
          tf.layers.maxPooling2d({ poolSize: 2 }),
          tf.layers.flatten(),
          tf.layers.dense({ units: 2, ...initial }),
        ],
      });
      const optimizer = tf.train.sgd(0.1);
      model.compile({ optimizer, loss: 'meanSquaredError' });
      const [x, y] = [values(4, [8, 6, 6, 1]), values(5, [8, 2])];
      const { history } = await model.fit(x, y, { epochs: 4, batchSize: 4, shuffle: false });
      model.dispose();
      optimizer.dispose();
      tf.dispose([x, y]);
      return history['loss'] as number[];
    };
    expect(distance(await train('wasm'), await train('cpu'))).toBeLessThan(1e-5);
  });
});
