import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { record } from '../src/recording.js';
import { KERNELS } from '../src/index.js';
import { both, disagreement, type Case } from './reference/agreement.js';
import { withGradients } from './reference/gradients.js';
import { ORDINARY_CASES } from './reference/ordinary-kernels.js';

type T = tf.Tensor;
const positive = (x: T): T => tf.add(tf.abs(x), 0.3);

/** Pairs of shapes that broadcast: equal, scalar, row, column, outer, higher rank. */
const PAIRS: readonly (readonly [readonly number[], readonly number[]])[] = [
  [
    [3, 4],
    [3, 4],
  ],
  [[3, 4], []],
  [[], [3, 4]],
  [[3, 4], [4]],
  [[4], [3, 4]],
  [
    [3, 1],
    [1, 4],
  ],
  [
    [2, 1, 4],
    [3, 1],
  ],
  [[1], [1]],
];
const SHAPES: readonly (readonly number[])[] = [[], [5], [3, 4], [2, 3, 4]];

const BINARY: Record<string, (a: T, b: T) => T> = {
  Add: tf.add,
  Sub: tf.sub,
  Multiply: tf.mul,
  RealDiv: tf.div,
  Pow: (a, b) => tf.pow(positive(a), b),
};

/** Without gradients: most have none, and those of TensorFlow.js for the first three do not broadcast. */
const VALUE_ONLY: Record<string, (a: T, b: T) => T> = {
  SquaredDifference: tf.squaredDifference,
  Maximum: tf.maximum,
  Minimum: tf.minimum,
  Equal: (a, b) => tf.equal(tf.sign(a), tf.sign(b)),
  NotEqual: (a, b) => tf.notEqual(tf.sign(a), tf.sign(b)),
  Greater: tf.greater,
  GreaterEqual: (a, b) => tf.greaterEqual(tf.sign(a), tf.sign(b)),
  Less: tf.less,
  LessEqual: (a, b) => tf.lessEqual(tf.sign(a), tf.sign(b)),
  LogicalAnd: (a, b) => tf.logicalAnd(tf.greater(a, 0), tf.greater(b, 0)),
  LogicalOr: (a, b) => tf.logicalOr(tf.greater(a, 0), tf.greater(b, 0)),
};

const UNARY: Record<string, (x: T) => T> = {
  Relu: tf.relu,
  Exp: tf.exp,
  Log: (x) => tf.log(positive(x)),
  Sqrt: (x) => tf.sqrt(positive(x)),
  Rsqrt: (x) => tf.rsqrt(positive(x)),
  Neg: tf.neg,
  Abs: tf.abs,
  Square: tf.square,
  Tanh: tf.tanh,
  Sigmoid: tf.sigmoid,
  Softplus: tf.softplus,
  Reciprocal: (x) => tf.reciprocal(positive(x)),
  Log1p: (x) => tf.log1p(positive(x)),
  Expm1: tf.expm1,
  ClipByValue: (x) => tf.clipByValue(x, -0.5, 0.9),
  Sign: (x) => tf.mul(tf.sign(x), x),
  Floor: (x) => tf.add(tf.floor(x), x),
  Identity: tf.clone,
  Reshape: (x) => tf.reshape(x, [-1]),
  ExpandDims: (x) => tf.expandDims(x, 0),
};

const REDUCTION: Record<string, (x: T, axis?: number | number[], keepDims?: boolean) => T> = {
  Sum: tf.sum,
  Mean: tf.mean,
  Max: tf.max,
  Min: tf.min,
};

const matrixPair = (a: readonly number[], b: readonly number[], transposeA: boolean, transposeB: boolean): Case => ({
  arguments: { a, b },
  step: ({ a, b }) => withGradients({ a: a!, b: b! }, (x) => tf.matMul(x['a']!, x['b']!, transposeA, transposeB)),
});

const CONDITION = (): T => tf.tensor([1, 0, 0, 1, 1, 0], [2, 3], 'bool');
const value = (f: () => T) => ({ value: f() });

const CASES: Record<string, Case> = Object.fromEntries([
  ...Object.entries(BINARY).flatMap(([name, f]) =>
    PAIRS.map(([a, b]): [string, Case] => [
      `${name} [${a.join()}] [${b.join()}]`,
      { arguments: { a, b }, step: ({ a, b }) => withGradients({ a: a!, b: b! }, (x) => f(x['a']!, x['b']!)) },
    ]),
  ),
  ...Object.entries(VALUE_ONLY).flatMap(([name, f]) =>
    PAIRS.map(([a, b]): [string, Case] => [
      `${name} [${a.join()}] [${b.join()}]`,
      { arguments: { a, b }, step: ({ a, b }) => value(() => f(a!, b!)) },
    ]),
  ),
  ...Object.entries(UNARY).flatMap(([name, f]) =>
    SHAPES.map((shape): [string, Case] => [
      `${name} [${shape.join()}]`,
      { arguments: { x: shape }, step: ({ x }) => withGradients({ x: x! }, ({ x }) => f(x!)) },
    ]),
  ),
  ...Object.entries(REDUCTION).flatMap(([name, f]) =>
    ([undefined, 0, 1, -1, [0, 2], [0, 1, 2]] as const).flatMap((axis) =>
      [false, true].map((keepDims): [string, Case] => [
        `${name} axis ${String(axis)} keepDims ${keepDims}`,
        {
          arguments: { x: [2, 3, 4] },
          step: ({ x }) =>
            withGradients({ x: x! }, ({ x }) =>
              f(x!, axis === undefined ? axis : typeof axis === 'number' ? axis : [...axis], keepDims),
            ),
        },
      ]),
    ),
  ),
  ...[false, true].flatMap((transposeA) =>
    [false, true].flatMap((transposeB): [string, Case][] => [
      [
        `BatchMatMul 2d ${transposeA} ${transposeB}`,
        matrixPair(transposeA ? [4, 3] : [3, 4], transposeB ? [5, 4] : [4, 5], transposeA, transposeB),
      ],
      [
        `BatchMatMul 3d ${transposeA} ${transposeB}`,
        matrixPair(transposeA ? [2, 4, 3] : [2, 3, 4], transposeB ? [2, 5, 4] : [2, 4, 5], transposeA, transposeB),
      ],
    ]),
  ),
]);

/** Convolution and both its gradients. The weights of {@link withGradients} make every element of the result matter. */
const convolution = (
  x: readonly [number, number, number, number],
  filter: readonly [number, number, number, number],
  strides: number | [number, number],
  pad: 'same' | 'valid' | number | [[0, 0], [number, number], [number, number], [0, 0]],
): [string, Case] => [
  `Conv2D [${x.join()}] [${filter.join()}] strides ${String(strides)} pad ${String(pad)}`,
  {
    arguments: { x, filter },
    step: ({ x, filter }) =>
      withGradients({ x: x!, filter: filter! }, ({ x, filter }) =>
        tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad),
      ),
  },
];

/** Few different values, so that most windows hold their maximum more than once. */
const tied = (size: number): Float32Array => Float32Array.from({ length: size }, (_, i) => (i * 7 + (i >> 3)) % 3);

const pool = (
  x: readonly [number, number, number, number],
  size: number | [number, number],
  strides: number | [number, number],
  pad: 'same' | 'valid',
  ties: boolean,
): [string, Case] => [
  `MaxPool, MaxPoolGrad [${x.join()}] ${String(size)}/${String(strides)} ${pad}${ties ? ' ties' : ''}`,
  {
    arguments: { x },
    ...(ties && { values: { x: tied(x.reduce((a, b) => a * b, 1)) } }),
    step: ({ x }) => withGradients({ x: x! }, ({ x }) => tf.maxPool(x as tf.Tensor4D, size, strides, pad)),
  },
];

/**
 * A convolution whose output, with a bias, is max-pooled, and the gradients by filter and bias. The values are whole numbers, so
 * that a window that holds its maximum twice does so on every backend.
 */
const pooledConvolution = (
  x: readonly [number, number, number, number],
  filter: readonly [number, number, number, number],
  pad: 'same' | 'valid' | number | [[0, 0], [number, number], [number, number], [0, 0]],
  { bias = true, byInput = false, window = 2 } = {},
): [string, Case] => [
  `Conv2D, then MaxPool [${x.join()}] [${filter.join()}] pad ${String(pad)}, window ${window}${bias ? ', bias' : ''}${byInput ? ', by input' : ''}`,
  {
    arguments: { x, filter, bias: [filter[3]] },
    values: {
      x: tied(x.reduce((a, b) => a * b)),
      filter: tied(filter.reduce((a, b) => a * b)).map((value) => value - 1),
      bias: tied(filter[3]),
    },
    step: (given) => {
      const { x, filter, bias: term } = given as Record<'x' | 'filter' | 'bias', T>;
      return withGradients({ filter, ...(bias && { bias: term }), ...(byInput && { x }) }, (by) => {
        const y = tf.conv2d((by['x'] ?? x) as tf.Tensor4D, by['filter'] as tf.Tensor4D, 1, pad);
        return tf.maxPool(bias ? tf.add(y, by['bias']!) : y, window, window, 'valid');
      });
    },
  },
];

/** What may be computed from the output of a convolution, which is stored channels first. */
const AFTER_CONVOLUTION: Record<string, (y: tf.Tensor4D) => T> = {
  'bias, ReLU': (y) => tf.relu(tf.add(y, tf.tensor1d([0.3, -0.2, 0.1]))),
  'a factor for each column and channel': (y) => tf.mul(tf.tensor(spreadOut(12), [4, 3]), y),
  'a factor for each channel, and itself': (y) => tf.add(y, tf.mul(tf.tensor1d([0.3, -0.2, 0.1]), tf.square(y))),
  'images of the same shape': (y) => tf.sub(tf.tensor(spreadOut(120), [2, 5, 4, 3]), y),
  'a transpose': (y) => tf.transpose(y, [0, 2, 1, 3]),
  'one number': (y) => tf.div(tf.square(y), 3),
  'a choice': (y) => tf.where(tf.greater(tf.tensor(spreadOut(120), [2, 5, 4, 3]), 0), tf.mul(y, 2), tf.onesLike(y)),
  'a higher rank': (y) => tf.mul(y, tf.tensor(spreadOut(2), [2, 1, 1, 1, 1])),
  'flattening, a product': (y) => tf.matMul(tf.reshape(y, [2, 60]), tf.tensor2d(spreadOut(120), [60, 2])),
  'sum of all': (y) => tf.sum(y),
  'sum over pixels': (y) => tf.sum(y, [1, 2]),
  'sum over images': (y) => tf.sum(y, 0),
  'sum over images and channels, kept': (y) => tf.sum(y, [0, 3], true),
  'sum over channels': (y) => tf.sum(y, -1),
  'maximum over rows': (y) => tf.max(y, 1, true),
  'softmax over channels': (y) => tf.softmax(y),
  'position of the largest channel': (y) => tf.mul(tf.cast(tf.argMax(y, 3), 'float32'), tf.sum(y, 3)),
  'clipping, a step': (y) => tf.mul(tf.clipByValue(y, -1, 1), tf.step(y, 0.1)),
  'a slice, padding, joining': (y) => tf.concat([tf.slice(y, [0, 1, 0, 1], [2, 2, 4, 2]), tf.ones([2, 2, 4, 1])], 3),
  'sum of three': (y) => tf.addN([y, tf.square(y), tf.ones([2, 5, 4, 3])]),
};
const spreadOut = (size: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => Math.cos(7.1 * (i + 1)));

const IMAGES: Record<string, Case> = Object.fromEntries([
  convolution([2, 6, 5, 3], [3, 3, 3, 4], 1, 'same'),
  convolution([2, 6, 5, 3], [3, 2, 3, 4], 1, 'valid'),
  convolution([3, 8, 8, 2], [5, 5, 2, 3], 1, 'same'),
  convolution([2, 6, 6, 2], [5, 5, 2, 3], 1, 2),
  convolution([2, 5, 5, 2], [2, 2, 2, 3], 1, 'same'),
  convolution([1, 4, 4, 3], [1, 1, 3, 2], 1, 'valid'),
  convolution([2, 5, 6, 1], [3, 3, 1, 1], 1, 'same'),
  convolution([2, 5, 6, 2], [3, 2, 2, 3], 1, [
    [0, 0],
    [1, 0],
    [0, 2],
    [0, 0],
  ]),
  convolution([2, 4, 4, 2], [2, 2, 2, 2], 1, 3),
  convolution([2, 7, 8, 2], [3, 3, 2, 3], 2, 'same'),
  convolution([2, 8, 8, 2], [3, 2, 2, 3], [2, 3], 'valid'),
  pool([2, 4, 6, 3], 2, 2, 'valid', false),
  pool([2, 4, 6, 3], 2, 2, 'valid', true),
  pool([2, 5, 7, 2], 2, 2, 'valid', true),
  pool([2, 5, 7, 2], 2, 2, 'same', true),
  pool([1, 7, 7, 2], 3, 2, 'valid', true),
  pool([2, 7, 6, 2], 3, 2, 'same', true),
  pool([2, 6, 6, 1], [2, 3], [2, 1], 'valid', true),
  pool([2, 6, 6, 1], 1, 2, 'valid', false),
  pooledConvolution([2, 8, 6, 3], [5, 5, 3, 4], 'same'),
  pooledConvolution([2, 8, 6, 3], [5, 5, 3, 4], 'same', { bias: false }),
  pooledConvolution([2, 8, 6, 3], [5, 5, 3, 4], 'same', { byInput: true }),
  pooledConvolution([2, 8, 6, 1], [3, 5, 1, 2], 'valid'),
  pooledConvolution([1, 6, 8, 2], [3, 3, 2, 3], 'same'),
  pooledConvolution(
    [2, 6, 6, 2],
    [4, 2, 2, 3],
    [
      [0, 0],
      [3, 0],
      [0, 1],
      [0, 0],
    ],
  ),
  pooledConvolution([1, 8, 8, 4], [1, 1, 4, 2], 'valid'),
  pooledConvolution([2, 7, 6, 3], [5, 5, 3, 2], 'same'),
  pooledConvolution([2, 6, 6, 3], [2, 2, 3, 2], 'valid'),
  pooledConvolution([2, 6, 6, 5], [3, 3, 5, 2], 'same'),
  pooledConvolution([2, 6, 6, 3], [3, 3, 3, 2], 'same', { window: 3 }),
  ...Object.entries(AFTER_CONVOLUTION).map(([name, f]): [string, Case] => [
    `Conv2D, then ${name}`,
    {
      arguments: { x: [2, 5, 4, 2], filter: [3, 3, 2, 3] },
      step: ({ x, filter }) =>
        withGradients({ x: x!, filter: filter! }, ({ x, filter }) =>
          f(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same')),
        ),
    },
  ]),
]);

const OTHERS: Record<string, Case> = {
  'Conv2D, added to itself, then MaxPool': {
    arguments: { x: [2, 8, 6, 3], filter: [3, 3, 3, 4] },
    step: ({ x, filter }) => {
      const y = tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same');
      return { y: tf.maxPool(tf.add(y, y) as tf.Tensor4D, 2, 2, 'valid') };
    },
  },
  'Conv2D, then a comparison and a choice': {
    arguments: { x: [2, 5, 4, 2], filter: [3, 3, 2, 3] },
    step: ({ x, filter }) => {
      const y = tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same');
      return {
        notEqual: tf.notEqual(y, tf.relu(y)),
        chosen: tf.where(tf.greater(y, tf.tensor1d([0.1, 0, -0.1])), tf.squaredDifference(y, 2), tf.zerosLike(y)),
      };
    },
  },
  ...Object.fromEntries(
    Object.entries({ SquaredDifference: tf.squaredDifference, Maximum: tf.maximum, Minimum: tf.minimum }).map(
      ([name, f]): [string, Case] => [
        `gradient of ${name}`,
        {
          arguments: { a: [3, 4], b: [3, 4] },
          step: ({ a, b }) => withGradients({ a: a!, b: b! }, (x) => f(x['a']!, x['b']!)),
        },
      ],
    ),
  ),
  SplitV: {
    arguments: { x: [5, 3] },
    step: ({ x }) => withGradients({ x: x! }, ({ x }) => tf.mul(tf.split(x!, [2, 3], 0)[1]!, 2)),
  },
  AddN: { arguments: { a: [2, 3], b: [2, 3], c: [2, 3] }, step: ({ a, b, c }) => value(() => tf.addN([a!, b!, c!])) },
  LogicalNot: { arguments: { x: [4] }, step: ({ x }) => value(() => tf.logicalNot(tf.greater(x!, 0))) },
  IsNan: {
    arguments: { x: [3] },
    values: { x: Float32Array.of(1, NaN, 0) },
    step: ({ x }) => value(() => tf.isNaN(x!)),
  },
  Select: {
    arguments: { a: [2, 3], b: [2, 3] },
    step: ({ a, b }) => withGradients({ a: a!, b: b! }, (x) => tf.where(CONDITION(), x['a']!, x['b']!)),
  },
  'Step alpha': { arguments: { x: [5] }, step: ({ x }) => value(() => tf.step(x!, 0.2)) },
  Step: {
    arguments: { x: [4] },
    values: { x: Float32Array.of(-1, 0, 1e-38, 3) },
    step: ({ x }) => value(() => tf.step(x!)),
  },
  Prod: { arguments: { x: [2, 3] }, step: ({ x }) => value(() => tf.prod(x!, 1)) },
  ArgMax: { arguments: { x: [4, 3] }, step: ({ x }) => value(() => tf.argMax(x!, 1)) },
  'ArgMax of ties': {
    arguments: { x: [4] },
    values: { x: Float32Array.of(1, 2, 2, 0) },
    step: ({ x }) => value(() => tf.argMax(x!)),
  },
  ArgMin: { arguments: { x: [4, 3] }, step: ({ x }) => value(() => tf.argMin(x!, 0)) },
  Softmax: { arguments: { x: [4, 3] }, step: ({ x }) => withGradients({ x: x! }, ({ x }) => tf.softmax(x!)) },
  LogSoftmax: { arguments: { x: [4, 3] }, step: ({ x }) => withGradients({ x: x! }, ({ x }) => tf.logSoftmax(x!)) },
  'Softmax of large logits': {
    arguments: { x: [2, 2] },
    values: { x: Float32Array.of(800, -800, 3, 2) },
    step: ({ x }) =>
      withGradients({ x: x! }, ({ x }) =>
        tf.losses.softmaxCrossEntropy(
          [
            [1, 0],
            [0, 1],
          ],
          x!,
        ),
      ),
  },
  Transpose: {
    arguments: { x: [2, 3, 4] },
    step: ({ x }) => withGradients({ x: x! }, ({ x }) => tf.transpose(x!, [2, 0, 1])),
  },
  Tile: { arguments: { x: [2, 3] }, step: ({ x }) => withGradients({ x: x! }, ({ x }) => tf.tile(x!, [2, 2])) },
  BroadcastTo: {
    arguments: { x: [1, 3] },
    step: ({ x }) => withGradients({ x: x! }, ({ x }) => tf.broadcastTo(x!, [4, 3])),
  },
  Concat: {
    arguments: { a: [2, 3], b: [1, 3] },
    step: ({ a, b }) => withGradients({ a: a!, b: b! }, (x) => tf.concat([x['a']!, x['b']!], 0)),
  },
  Pack: {
    arguments: { a: [2, 3], b: [2, 3] },
    step: ({ a, b }) => withGradients({ a: a!, b: b! }, (x) => tf.stack([x['a']!, x['b']!], 1)),
  },
  Unpack: { arguments: { x: [3, 2] }, step: ({ x }) => withGradients({ x: x! }, ({ x }) => tf.unstack(x!, 0)[1]!) },
  Slice: {
    arguments: { x: [4, 5] },
    step: ({ x }) => withGradients({ x: x! }, ({ x }) => tf.slice(x!, [1, 2], [2, -1])),
  },
  PadV2: {
    arguments: { x: [2, 3] },
    step: ({ x }) =>
      withGradients({ x: x! }, ({ x }) =>
        tf.pad(
          x!,
          [
            [1, 0],
            [2, 3],
          ],
          0.5,
        ),
      ),
  },
  GatherV2: {
    arguments: { x: { shape: [6, 4], dtype: 'uint8' }, i: { shape: [3], dtype: 'int32' } },
    values: { i: Int32Array.of(5, 0, 5) },
    step: ({ x, i }) => value(() => tf.cast(tf.gather(x!, i as tf.Tensor1D), 'float32')),
  },
  'bytes without a cast': {
    arguments: { x: [4, 3], labels: { shape: [9], dtype: 'uint8' }, i: { shape: [4], dtype: 'int32' } },
    values: { labels: Uint8Array.of(2, 0, 1, 1, 2, 0, 0, 1, 250), i: Int32Array.of(7, 1, 0, 8) },
    step: ({ x, labels, i }) => {
      const gathered = tf.gather(labels!, i as tf.Tensor1D);
      return {
        equal: tf.equal(tf.argMax(x!, 1), gathered),
        sum: tf.add(gathered, tf.scalar(10, 'int32')),
        total: tf.sum(gathered),
        most: tf.max(gathered),
        slice: tf.slice(gathered, [1], [2]),
        joined: tf.concat([gathered, tf.zeros([1], 'int32')]),
        padded: tf.pad(gathered, [[1, 1]]),
        chosen: tf.where(tf.greater(gathered, tf.scalar(1, 'int32')), gathered, tf.neg(gathered)),
        tiled: tf.tile(tf.reshape(gathered, [2, 2]), [1, 2]),
        turned: tf.transpose(tf.reshape(gathered, [2, 2])),
      };
    },
  },
  'GatherV2 axis 1': {
    arguments: { x: [2, 5], i: { shape: [2, 2], dtype: 'int32' } },
    values: { i: Int32Array.of(4, 0, 1, 1) },
    step: ({ x, i }) => value(() => tf.gather(x!, i as tf.Tensor2D, 1)),
  },
  OneHot: {
    arguments: { i: { shape: [4], dtype: 'uint8' } },
    values: { i: Uint8Array.of(0, 3, 1, 9) },
    step: ({ i }) => value(() => tf.oneHot(i as tf.Tensor1D, 4)),
  },
  'OneHot smoothed': {
    arguments: { i: { shape: [2, 2], dtype: 'int32' } },
    values: { i: Int32Array.of(0, 2, 1, 2) },
    step: ({ i }) => value(() => tf.oneHot(i as tf.Tensor2D, 3, 0.9, 0.05, 'float32')),
  },
  Cast: {
    arguments: { x: [5] },
    values: { x: Float32Array.of(-1.7, -0.2, 0, 0.9, 2.5) },
    step: ({ x }) => ({ int: tf.cast(x!, 'int32'), bool: tf.cast(x!, 'bool') }),
  },
  Fill: { arguments: { x: [2, 2] }, step: ({ x }) => ({ a: tf.add(tf.fill([2, 2], 3), x!), b: tf.fill([2, 3], 1.5) }) },
  'ZerosLike, OnesLike': {
    arguments: { x: [2, 2] },
    step: ({ x }) => ({ a: tf.zerosLike(x!), b: tf.concat([tf.onesLike(x!), x!]) }),
  },
  'Sum of bool': { arguments: { x: [6] }, step: ({ x }) => value(() => tf.sum(tf.greater(x!, 0))) },
};

describe('recorded kernels agree with the eager cpu backend', () => {
  const called = new Set<string>();

  beforeAll(async () => {
    // The first recording registers the kernels.
    await record(() => undefined);
    for (const kernel of tf.getKernelsForBackend('onnx-recorder')) {
      const { kernelName, kernelFunc } = kernel;
      kernel.kernelFunc = (call) => {
        called.add(kernelName);
        return kernelFunc(call);
      };
    }
  });

  it.each(Object.entries({ ...CASES, ...IMAGES, ...OTHERS, ...ORDINARY_CASES }))('%s', async (_, given) => {
    const { eager, compiled } = await both(given);
    expect(Object.keys(compiled).toSorted()).toEqual(Object.keys(eager).toSorted());
    for (const [name, expected] of Object.entries(eager)) {
      expect(
        disagreement(expected, compiled[name]!),
        `${name}: expected ${expected}, found ${compiled[name]}`,
      ).toBeLessThan(2e-6);
    }
  });

  it('every kernel of the tables is called by a case', () => {
    expect(Object.keys(KERNELS).filter((kernel) => !called.has(kernel))).toEqual([]);
  });
});
