import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { Case } from './reference/agreement.js';
import { convolve, halve, recordCase } from './reference/operators.js';

type Operators = Readonly<Record<string, number>>;
type Row = readonly [name: string, given: Case, operators: Operators];

/** Each case's graph has exactly these operators: an optimization that is switched off adds some. */
function describeOperators(title: string, rows: readonly Row[]): void {
  describe(title, () => {
    it.each(rows)('%s', async (_, given, expected) => {
      const { operators } = await recordCase(given);
      expect(operators).toEqual(expected);
    });
  });
}

const matrix = { x: [3, 4] };

describeOperators('tensors of one value stay scalars', [
  ['ones as a factor vanish', { arguments: matrix, step: ({ x }) => ({ y: tf.mul(x!, tf.ones([3, 4])) }) }, {}],
  ['ones as the first factor vanish', { arguments: matrix, step: ({ x }) => ({ y: tf.mul(tf.ones([4]), x!) }) }, {}],
  ['a divisor of one vanishes', { arguments: matrix, step: ({ x }) => ({ y: tf.div(x!, tf.ones([3, 4])) }) }, {}],
  [
    'a filled tensor is a scalar operand, not expanded',
    { arguments: matrix, step: ({ x }) => ({ y: tf.add(x!, tf.fill([3, 4], 0.5)) }) },
    { Add: 1 },
  ],
  [
    'a filled tensor as the first operand is a scalar, too',
    { arguments: matrix, step: ({ x }) => ({ y: tf.sub(tf.ones([3, 4]), x!) }) },
    { Sub: 1 },
  ],
  [
    'a tensor of equal numbers that the function brings along is a scalar operand',
    { arguments: matrix, step: ({ x }) => ({ y: tf.sub(x!, tf.tensor2d(Array<number>(12).fill(7), [3, 4])) }) },
    { Sub: 1 },
  ],
  [
    'sums, products, differences and quotients of filled tensors are computed while recording',
    {
      arguments: matrix,
      step: ({ x }) => {
        const sum = tf.add(tf.fill([3, 4], 2), tf.fill([4], 3));
        const quotient = tf.div(tf.sub(sum, tf.scalar(1)), tf.mul(tf.scalar(2), tf.scalar(4)));
        return { y: tf.sub(x!, quotient) };
      },
    },
    { Sub: 1 },
  ],
  [
    'zeros and ones of the shape of a tensor are scalars',
    { arguments: matrix, step: ({ x }) => ({ y: tf.maximum(tf.minimum(x!, tf.onesLike(x!)), tf.zerosLike(x!)) }) },
    { Min: 1, Max: 1 },
  ],
  [
    'tiled, broadcast, reshaped and cast they are scalars still',
    {
      arguments: matrix,
      step: ({ x }) => {
        const tiled = tf.tile(tf.fill([1, 4], 3, 'int32'), [3, 1]);
        const broadcast = tf.broadcastTo(tf.fill([1, 4], 2), [3, 4]);
        return { y: tf.add(tf.sub(x!, tf.cast(tiled, 'float32')), tf.reshape(tf.reshape(broadcast, [12]), [3, 4])) };
      },
    },
    { Sub: 1, Add: 1 },
  ],
  [
    'only the result of a step is expanded to its shape',
    { arguments: matrix, step: ({ x }) => ({ x: x!, y: tf.fill([3, 4], 2) }) },
    { Expand: 1 },
  ],
]);

describeOperators('nothing is computed twice or for nothing', [
  [
    'equal nodes are one',
    {
      arguments: matrix,
      step: ({ x }) => ({ a: tf.mul(tf.exp(x!), 2), b: tf.mul(tf.exp(x!), 2) }),
    },
    { Exp: 1, Mul: 1 },
  ],
  [
    'what no result needs is left out',
    {
      arguments: matrix,
      step: ({ x }) => {
        tf.log(tf.exp(x!));
        return { y: tf.neg(x!) };
      },
    },
    { Neg: 1 },
  ],
  [
    'a reshape to the same shape, a cast to the same type, and a clone add no node',
    {
      arguments: matrix,
      step: ({ x }) => ({ y: tf.exp(tf.clone(tf.cast(tf.reshape(x!, [3, 4]), 'float32'))) }),
    },
    { Exp: 1 },
  ],
  [
    'a sum over no axis adds no node',
    { arguments: matrix, step: ({ x }) => ({ y: tf.exp(tf.sum(x!, [])) }) },
    { Exp: 1 },
  ],
]);

describeOperators('kernels take the cheapest operator', [
  [
    'transposed factors of a product are flags of a Gemm',
    {
      arguments: { a: [4, 3], b: [5, 4] },
      step: ({ a, b }) => ({ y: tf.matMul(a!, b!, true, true) }),
    },
    { Gemm: 1 },
  ],
  [
    'bytes are gathered as bytes, and cast once',
    {
      arguments: { x: { shape: [6, 4], dtype: 'uint8' }, i: { shape: [3], dtype: 'int32' } },
      step: ({ x, i }) => ({ y: tf.cast(tf.gather(x!, i as tf.Tensor1D), 'float32') }),
    },
    { Gather: 1, Cast: 1 },
  ],
  [
    'one-hot vectors of zeros and ones are a comparison',
    {
      arguments: { i: { shape: [4], dtype: 'int32' } },
      step: ({ i }) => ({ y: tf.oneHot(i as tf.Tensor1D, 3, 1, 0, 'float32') }),
    },
    { Reshape: 1, Equal: 1, Cast: 1 },
  ],
]);

const images = { x: [2, 6, 6, 5], first: [3, 3, 5, 4], second: [3, 3, 4, 4] };

describeOperators('images stay channels first between layers', [
  [
    'two convolutions transpose the images, both filters, and the result',
    {
      arguments: images,
      step: ({ x, first, second }) => ({ y: convolve(tf.relu(convolve(x!, first!)), second!) }),
    },
    { Transpose: 4, Conv: 2, Relu: 1 },
  ],
  [
    'elementwise kernels of one, two and more operands work in the layout that they find',
    {
      arguments: images,
      step: ({ x, first }) => {
        const y = convolve(x!, first!);
        const chosen = tf.where(tf.greater(y, 0), tf.exp(y), tf.addN([y, tf.neg(y), tf.squaredDifference(y, 2)]));
        return { y: tf.clipByValue(tf.step(chosen), 0, 1) };
      },
    },
    { Transpose: 3, Conv: 1, Greater: 2, Exp: 1, Neg: 1, Add: 2, Sub: 1, Mul: 1, Where: 1, Relu: 1, Cast: 1, Clip: 1 },
  ],
  [
    'a cast keeps the layout',
    {
      arguments: images,
      step: ({ x, first }) => ({ y: tf.sum(tf.cast(tf.cast(convolve(x!, first!), 'int32'), 'float32')) }),
    },
    { Transpose: 2, Conv: 1, Cast: 2, ReduceSum: 1 },
  ],
  [
    'sums work in the layout that they find: over all, over pixels, over images and pixels',
    {
      arguments: images,
      step: ({ x, first }) => {
        const y = convolve(x!, first!);
        return { all: tf.sum(y), pixels: tf.sum(y, [1, 2]), channels: tf.sum(y, [0, 1, 2]) };
      },
    },
    { Transpose: 2, Conv: 1, ReduceSum: 3 },
  ],
  [
    'maxima along rows that keep their dimension have the layout of the images',
    {
      arguments: images,
      step: ({ x, first }) => {
        const y = convolve(x!, first!);
        return { all: tf.sum(tf.sub(y, tf.max(y, 1, true))) };
      },
    },
    { Transpose: 2, Conv: 1, ReduceMax: 1, Sub: 1, ReduceSum: 1 },
  ],
  [
    'pooling and its gradient',
    {
      arguments: { x: [2, 6, 6, 5], filter: [3, 3, 5, 4] },
      step: ({ x, filter }) => {
        const pooled = (input: tf.Tensor) => tf.sum(tf.square(halve(tf.relu(convolve(input, filter!)))));
        return { gradient: tf.grad(pooled)(x!) };
      },
    },
    // Images, the filter forward, the filter backward, the result.
    {
      Transpose: 4,
      Slice: 1,
      Conv: 2,
      Relu: 1,
      MaxPool: 1,
      MaxUnpool: 1,
      Greater: 1,
      Cast: 1,
      Mul: 2,
    },
  ],
  [
    'images of a single channel are reshaped, not transposed',
    { arguments: { x: [2, 6, 6, 1], filter: [3, 3, 1, 1] }, step: ({ x, filter }) => ({ y: convolve(x!, filter!) }) },
    { Transpose: 1, Conv: 1, Reshape: 2 },
  ],
  [
    'images of a single pixel are reshaped, not transposed',
    { arguments: { x: [2, 1, 1, 5], filter: [1, 1, 5, 4] }, step: ({ x, filter }) => ({ y: convolve(x!, filter!) }) },
    { Transpose: 1, Conv: 1, Reshape: 2 },
  ],
]);

const inputGradient = (strides: number): Case => ({
  arguments: { x: [2, 6, 6, 5], filter: [3, 3, 5, 4], dy: [2, 6 / strides, 6 / strides, 4] },
  step: ({ x, filter, dy }) => ({
    gradient: tf.grad((input) => tf.sum(tf.mul(convolve(input, filter!, strides), dy!)))(x!),
  }),
});

const filterGradient = (strides: number): Case => ({
  arguments: { x: [2, 6, 6, 5], filter: [3, 3, 5, 4], dy: [2, 6 / strides, 6 / strides, 4] },
  step: ({ x, filter, dy }) => ({
    gradient: tf.grad((f) => tf.sum(tf.mul(convolve(x!, f, strides), dy!)))(filter!),
  }),
});

describeOperators('gradients of a convolution', [
  ['by the input at stride 1 is a Conv with the rotated filter', inputGradient(1), { Transpose: 3, Slice: 1, Conv: 1 }],
  ['by the input at stride 2 is a ConvTranspose', inputGradient(2), { Transpose: 3, ConvTranspose: 1 }],
  [
    'by the filter at stride 1 is one matrix product',
    filterGradient(1),
    // Expand: the gap between copies of dy, the rows above and below x, those between its copies.
    { Transpose: 5, Expand: 3, Reshape: 7, Concat: 2, Pad: 1, Slice: 3, Gemm: 1 },
  ],
  ['by the filter at stride 2 is a Conv', filterGradient(2), { Transpose: 5, Conv: 1, Slice: 1 }],
  [
    'by a filter of a single number needs no zeros and no copies',
    {
      arguments: { x: [2, 6, 6, 5], filter: [1, 1, 5, 4], dy: [2, 6, 6, 4] },
      step: ({ x, filter, dy }) => ({ gradient: tf.grad((f) => tf.sum(tf.mul(convolve(x!, f), dy!)))(filter!) }),
    },
    { Transpose: 5, Reshape: 5, Pad: 1, Slice: 1, Gemm: 1 },
  ],
]);

/** A convolution with bias, pooled, and the gradients by filter and bias. */
const pooledConvolution = (channels: number): Case => ({
  arguments: { x: [2, 8, 6, channels], filter: [5, 5, channels, 4], bias: [4] },
  step: ({ x, filter, bias }) => {
    const loss = (f: tf.Tensor, b: tf.Tensor) => tf.sum(tf.square(halve(tf.add(convolve(x!, f), b))));
    const { value, grads } = tf.valueAndGrads(loss)([filter!, bias!]);
    return { value, byFilter: grads[0]!, byBias: grads[1]! };
  },
});

interface Pooling {
  readonly height?: number;
  readonly filter?: number;
  readonly strides?: number;
  readonly pad?: 'same' | 'valid';
  readonly window?: number;
  readonly windowStrides?: number;
  readonly windowPad?: 'valid' | number;
}

/** A convolution of three channels, 8 x 8 by default, pooled. */
const pooledForward = (pooling: Pooling): Case => {
  const { height = 8, filter: size = 3, strides = 1, pad = 'same' } = pooling;
  const { window = 2, windowStrides = 2, windowPad = 'valid' } = pooling;
  return {
    arguments: { x: [2, height, height, 3], filter: [size, size, 3, 4] },
    step: ({ x, filter }) => {
      const convolved = tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad);
      return { y: tf.maxPool(convolved, window, windowStrides, windowPad) };
    },
  };
};

const COPIES_IN_BLOCKS = 9;
const WINDOW_OUTPUTS = 4;

describe('a pooled convolution', () => {
  it('of few channels is recorded in blocks, without MaxPool and MaxUnpool, forward and backward with the same Conv', async () => {
    const { operators } = await recordCase(pooledConvolution(3));
    expect(operators).toEqual({
      SpaceToDepth: 1,
      Conv: 1,
      // The filter gathered into blocks, its gradient back.
      Gather: 2,
      Slice: WINDOW_OUTPUTS + COPIES_IN_BLOCKS,
      Max: 1,
      ReduceSumSquare: 1,
      Mul: 1,
      Equal: WINDOW_OUTPUTS - 1,
      Where: WINDOW_OUTPUTS - 1,
      Sub: WINDOW_OUTPUTS - 1,
      Pad: 1,
      Gemm: 1,
      // The filter with its zero, the bias four times, the routed gradients, the copies.
      Concat: 4,
      // By the filter over the window; by the bias.
      ReduceSum: 2,
      Reshape: 5,
      Transpose: 3,
    });
  });

  it.each([1, 4])('of %s channels is recorded in blocks', async (channels) => {
    const { operators } = await recordCase(pooledConvolution(channels));
    expect(operators).toMatchObject({ SpaceToDepth: 1, Max: 1 });
    expect(operators['MaxPool']).toBeUndefined();
  });

  it.each([
    ['of five channels', pooledConvolution(5)],
    ['of an odd height that becomes even', pooledForward({ height: 9, filter: 2, pad: 'valid' })],
    ['of an even height that becomes odd', pooledForward({ height: 8, filter: 2, pad: 'valid' })],
    ['at stride 2', pooledForward({ strides: 2, pad: 'valid' })],
    ['in windows of 3 x 3', pooledForward({ height: 6, window: 3, windowStrides: 3 })],
    ['in windows of 4 x 4 at stride 2', pooledForward({ window: 4 })],
    ['in windows of 2 x 2 at stride 3', pooledForward({ windowStrides: 3 })],
    ['in padded windows', pooledForward({ windowPad: 1 })],
  ])('%s keeps MaxPool', async (_, given) => {
    const { operators } = await recordCase(given);
    expect(operators['MaxPool']).toBe(1);
    expect(operators['SpaceToDepth']).toBeUndefined();
  });

  it('that is added to itself keeps MaxPool', async () => {
    const { operators } = await recordCase({
      arguments: { x: [2, 8, 6, 3], filter: [3, 3, 3, 4] },
      step: ({ x, filter }) => {
        const y = convolve(x!, filter!);
        return { y: halve(tf.add(y, y)) };
      },
    });
    expect(operators).toEqual({ Transpose: 3, Conv: 1, Add: 1, MaxPool: 1 });
  });
});

describeOperators('the gradient of max-pooling', [
  [
    'is a MaxUnpool if windows are disjoint',
    {
      arguments: { x: [2, 4, 4, 3], dy: [2, 2, 2, 3] },
      step: ({ x, dy }) => ({ y: tf.grad((input) => tf.sum(tf.mul(halve(input), dy!)))(x!) }),
    },
    { Transpose: 3, MaxPool: 1, MaxUnpool: 1 },
  ],
  [
    'adds where windows overlap',
    {
      arguments: { x: [2, 5, 5, 3], dy: [2, 2, 2, 3] },
      step: ({ x, dy }) => ({
        y: tf.grad((input) => tf.sum(tf.mul(tf.maxPool(input as tf.Tensor4D, 3, 2, 'valid'), dy!)))(x!),
      }),
    },
    { Transpose: 3, MaxPool: 1, Expand: 1, Reshape: 3, ScatterElements: 1 },
  ],
]);

describe('a recorded graph', () => {
  it('computes no indices of maxima unless a gradient reads them', async () => {
    const { nodes } = await recordCase({ arguments: { x: [2, 4, 4, 3] }, step: ({ x }) => ({ y: halve(x!) }) });
    expect(nodes.find(({ operator }) => operator === 'MaxPool')?.outputs).toHaveLength(1);
  });

  it('reads the ReLU, not its argument, in the gradient of a ReLU: ONNX Runtime computes the ReLU inside the product then', async () => {
    const { nodes } = await recordCase({
      arguments: { x: [4, 3], w: [3, 2], dy: [4, 2] },
      step: ({ x, w, dy }) => ({
        gradient: tf.grad((weights) => tf.sum(tf.mul(tf.relu(tf.matMul(x!, weights)), dy!)))(w!),
        y: tf.relu(tf.matMul(x!, w!)),
      }),
    });
    const product = nodes.find(({ operator }) => operator === 'Gemm')?.outputs[0];
    const readers = nodes.filter(({ inputs }) => inputs.includes(product ?? ''));
    expect(readers.map(({ operator }) => operator)).toEqual(['Relu']);
  });

  it('stores equal small constants once', async () => {
    const { constants } = await recordCase({
      arguments: matrix,
      step: ({ x }) => ({ y: tf.add(tf.exp(tf.add(x!, 3)), tf.scalar(3)), s: tf.slice(x!, [1, 1], [1, 1]) }),
    });
    // 3; [1, 1] and [2, 2], where the slice begins and ends.
    expect(constants.map(({ element, dims }) => [element, [...dims]])).toEqual([
      ['float32', []],
      ['int64', [2]],
      ['int64', [2]],
    ]);
  });
});
