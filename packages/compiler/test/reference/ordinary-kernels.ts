import * as tf from '@tensorflow/tfjs';
import type { Case } from './agreement.js';
import { withGradients } from './gradients.js';

type T = tf.Tensor;
type Shape = readonly number[];

/** A function of float tensors, with its gradients. */
const smooth = (shapes: Record<string, Shape>, f: (x: Record<string, T>) => T): Case => ({
  arguments: shapes,
  step: (given) => withGradients(given, f),
});

/** A function of float tensors that has no gradient, or none that TensorFlow.js knows. */
const valueOnly = (shapes: Record<string, Shape>, f: (x: Record<string, T>) => T): Case => ({
  arguments: shapes,
  step: (given) => ({ value: f(given) }),
});

const integers = (shape: Shape, values: readonly number[], f: (i: T, x: T) => T, x: Shape = [1]): Case => ({
  arguments: { i: { shape, dtype: 'int32' }, x },
  values: { i: Int32Array.from(values) },
  step: ({ i, x }) => ({ value: f(i!, x!) }),
});

const inside = (x: T): T => tf.mul(tf.tanh(x), 0.9);
const UNARY: Record<string, (x: T) => T> = {
  Relu6: (x) => tf.relu6(tf.mul(x, 5)),
  LeakyRelu: (x) => tf.leakyRelu(x, 0.3),
  Elu: tf.elu,
  Selu: tf.selu,
  Erf: tf.erf,
  Ceil: (x) => tf.add(tf.ceil(x), x),
  Round: (x) => tf.add(tf.round(tf.mul(x, 3)), x),
  Sin: tf.sin,
  Cos: tf.cos,
  Tan: (x) => tf.tan(inside(x)),
  Asin: (x) => tf.asin(inside(x)),
  Acos: (x) => tf.acos(inside(x)),
  Atan: tf.atan,
  Sinh: tf.sinh,
  Cosh: tf.cosh,
  Asinh: tf.asinh,
  Acosh: (x) => tf.acosh(tf.add(tf.abs(x), 1.2)),
  Atanh: (x) => tf.atanh(inside(x)),
};

const PAIRS: readonly (readonly [Shape, Shape])[] = [
  [
    [3, 4],
    [3, 4],
  ],
  [[3, 4], []],
  [
    [3, 1],
    [1, 4],
  ],
];
const awayFromZero = (x: T): T => tf.add(x, tf.mul(tf.sign(x), 0.4));
const BINARY: Record<string, (a: T, b: T) => T> = {
  Mod: (a, b) => tf.mod(tf.mul(a, 5), awayFromZero(b)),
  FloorDiv: (a, b) => tf.add(tf.floorDiv(tf.mul(a, 5), awayFromZero(b)), tf.mul(a, b)),
  Atan2: (a, b) => tf.atan2(a, b),
};

const images = (x: T): tf.Tensor4D => x as tf.Tensor4D;
type Pad = 'same' | 'valid' | number;

const averagePool = (x: Shape, size: number | [number, number], strides: number, pad: Pad): [string, Case] => [
  `AvgPool, AvgPoolGrad [${x.join()}] ${String(size)}/${strides} ${pad}`,
  smooth({ x }, ({ x }) => tf.avgPool(images(x!), size, strides, pad)),
];
const depthwise = (x: Shape, filter: Shape, strides: number, pad: Pad): [string, Case] => [
  `DepthwiseConv2dNative [${x.join()}] [${filter.join()}] ${strides} ${pad}`,
  smooth({ x, filter }, ({ x, filter }) => tf.depthwiseConv2d(images(x!), images(filter!), strides, pad)),
];
// TensorFlow.js's gradients on the cpu backend are wrong unless images are square and, for the nearest pixel, alone in their batch.
const resized = (x: Shape, size: [number, number], align: boolean): [string, Case][] =>
  ([tf.image.resizeBilinear, tf.image.resizeNearestNeighbor] as const).map((resize) => [
    `${resize.name.replace('__op', '')} [${x.join()}] to ${size.join()} align ${align}`,
    smooth({ x }, ({ x }) => resize(images(x!), size, align)),
  ]);
const resizedByCenters = (x: Shape, size: [number, number]): [string, Case][] =>
  ([tf.image.resizeBilinear, tf.image.resizeNearestNeighbor] as const).map((resize) => [
    `${resize.name.replace('__op', '')} [${x.join()}] to ${size.join()} by centers`,
    valueOnly({ x }, ({ x }) => resize(images(x!), size, false, true)),
  ]);
const volume = (x: Shape, filter: Shape, strides: number, pad: 'same' | 'valid'): [string, Case] => [
  `Conv3D [${x.join()}] [${filter.join()}] ${strides} ${pad}`,
  smooth({ x, filter }, ({ x, filter }) => tf.conv3d(x as tf.Tensor5D, filter as tf.Tensor5D, strides, pad)),
];
const volumePool = (x: Shape, size: number, strides: number, pad: 'same' | 'valid'): [string, Case][] =>
  ([tf.maxPool3d, tf.avgPool3d] as const).map((pool) => [
    `${pool.name.replace('__op', '')} [${x.join()}] ${size}/${strides} ${pad}`,
    smooth({ x }, ({ x }) => pool(x as tf.Tensor5D, size, strides, pad)),
  ]);

/** The same sums of products without einsum, which has no gradient on the cpu backend before a recording. */
const einsum = (equation: string, shapes: Record<string, Shape>): [string, Case] => [
  `Einsum ${equation}`,
  smooth(shapes, (x) => tf.einsum(equation, ...Object.values(x))),
];

const ACTIVATIONS = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'] as const;
const bias = (): tf.Tensor1D => tf.tensor1d([0.1, -0.2, 0.3]);

const FUSED: [string, Case][] = [
  ...ACTIVATIONS.flatMap((activation): [string, Case][] => [
    [
      `_FusedMatMul ${activation}`,
      valueOnly({ a: [4, 2], b: [2, 3] }, ({ a, b }) =>
        tf.fused.matMul({ a: a!, b: b!, bias: bias(), activation, leakyreluAlpha: 0.1 }),
      ),
    ],
    [
      `FusedConv2D ${activation}`,
      valueOnly({ x: [2, 5, 4, 2], filter: [3, 2, 2, 3] }, ({ x, filter }) =>
        tf.fused.conv2d({
          x: images(x!),
          filter: images(filter!),
          strides: 1,
          pad: 'same',
          bias: bias(),
          activation,
          leakyreluAlpha: 0.1,
        }),
      ),
    ],
  ]),
  [
    '_FusedMatMul prelu, transposed, batches',
    valueOnly({ a: [2, 2, 4], b: [2, 3, 2], p: [3] }, ({ a, b, p }) =>
      tf.fused.matMul({
        a: a!,
        b: b!,
        transposeA: true,
        transposeB: true,
        activation: 'prelu',
        preluActivationWeights: p!,
      }),
    ),
  ],
  [
    '_FusedMatMul linear with gradients',
    smooth({ a: [4, 2], b: [2, 3], c: [3] }, ({ a, b, c }) => tf.fused.matMul({ a: a!, b: b!, bias: c! })),
  ],
  [
    'FusedDepthwiseConv2D',
    valueOnly({ x: [1, 5, 5, 3], filter: [3, 3, 3, 1] }, ({ x, filter }) =>
      tf.fused.depthwiseConv2d({
        x: images(x!),
        filter: images(filter!),
        strides: 2,
        pad: 'same',
        bias: bias(),
        activation: 'relu6',
      }),
    ),
  ],
  ...(
    [
      [2, 3, 4, 3],
      [6, 3],
    ] as const
  ).map((x): [string, Case] => [
    `FusedBatchNorm [${x.join()}]`,
    smooth({ x, mean: [3], variance: [3], offset: [3], scale: [3] }, ({ x, mean, variance, offset, scale }) =>
      tf.batchNorm(
        x!,
        mean as tf.Tensor1D,
        tf.abs(variance as tf.Tensor1D),
        offset as tf.Tensor1D,
        scale as tf.Tensor1D,
      ),
    ),
  ]),
];

const REARRANGED: Record<string, Case> = {
  'Reverse of one axis': smooth({ x: [3, 4] }, ({ x }) => tf.reverse(x!, 1)),
  'Reverse of all axes': smooth({ x: [2, 3, 2] }, ({ x }) => tf.reverse(x!)),
  StridedSlice: valueOnly({ x: [5, 6] }, ({ x }) => tf.stridedSlice(x!, [0, 1], [5, 6], [2, 2])),
  'StridedSlice backwards': valueOnly({ x: [5, 6] }, ({ x }) => tf.stridedSlice(x!, [4, 5], [-6, 0], [-2, -3])),
  'StridedSlice with masks': valueOnly({ x: [5, 6] }, ({ x }) =>
    tf.stridedSlice(x!, [1, 2], [3, 4], [1, 1], 1, 2, 0, 0, 1),
  ),
  'MirrorPad reflect': smooth({ x: [3, 4] }, ({ x }) =>
    tf.mirrorPad(
      x!,
      [
        [2, 1],
        [0, 3],
      ],
      'reflect',
    ),
  ),
  'MirrorPad symmetric': valueOnly({ x: [3, 4] }, ({ x }) =>
    tf.mirrorPad(
      x!,
      [
        [3, 0],
        [1, 4],
      ],
      'symmetric',
    ),
  ),
  ...Object.fromEntries(
    [0, 1, 2].flatMap((axis) =>
      [false, true].flatMap((exclusive) =>
        [false, true].map((reverse): [string, Case] => [
          `Cumsum axis ${axis} exclusive ${exclusive} reverse ${reverse}`,
          // TensorFlow.js's gradient is of the wrong shape unless the axis is the last one.
          (axis === 2 ? smooth : valueOnly)({ x: [2, 3, 4] }, ({ x }) => tf.cumsum(x!, axis, exclusive, reverse)),
        ]),
      ),
    ),
  ),
  'SpaceToBatchND, BatchToSpaceND': smooth({ x: [1, 3, 4, 2] }, ({ x }) =>
    tf.batchToSpaceND(
      tf.square(
        tf.spaceToBatchND(
          x!,
          [2, 2],
          [
            [1, 0],
            [0, 0],
          ],
        ),
      ),
      [2, 2],
      [
        [0, 1],
        [1, 0],
      ],
    ),
  ),
  DepthToSpace: valueOnly({ x: [2, 2, 3, 8] }, ({ x }) => tf.depthToSpace(images(x!), 2, 'NHWC')),
};

const SCATTERED: Record<string, Case> = {
  GatherNd: integers([2, 2], [1, 2, 0, 3], (i, x) => tf.gatherND(x, i), [2, 4, 3]),
  'ScatterNd of equal indices': integers([3, 1], [1, 0, 1], (i, x) => tf.scatterND(i, x, [4, 2]), [3, 2]),
  TensorScatterUpdate: integers([2, 1], [3, 0], (i, x) => tf.tensorScatterUpdate(tf.ones([4, 2]), i, x), [2, 2]),
  UnsortedSegmentSum: integers([5], [2, 0, 2, -1, 4], (i, x) => tf.unsortedSegmentSum(x, i as tf.Tensor1D, 4), [5, 3]),
  'UnsortedSegmentSum of one axis': integers(
    [3],
    [1, 1, 0],
    (i, x) => tf.unsortedSegmentSum(x, i as tf.Tensor1D, 3),
    [3],
  ),
  'gradient of GatherV2': integers(
    [2, 2],
    [3, 0, 3, 1],
    (i, x) => withGradients({ x }, ({ x }) => tf.gather(x!, i))['d/x']!,
    [4, 3],
  ),
  'GatherV2 with batchDims': integers([2, 2], [2, 0, 1, 1], (i, x) => tf.gather(x, i, 1, 1), [2, 3, 2]),
  'GatherV2 with batchDims, a later axis': integers(
    [2, 2],
    [2, 0, 1, 1],
    (i, x) => tf.gather(x, i, 2, 1),
    [2, 4, 3, 2],
  ),
  TopK: valueOnly({ x: [3, 5] }, ({ x }) => tf.topk(x!, 2).values),
  'TopK of ties': {
    arguments: { x: [5] },
    values: { x: Float32Array.of(1, 3, 2, 3, 2) },
    step: ({ x }) => ({ values: tf.topk(x!, 4).values, indices: tf.topk(x!, 4).indices }),
  },
};

const TESTS: Record<string, Case> = {
  'IsInf, IsFinite': {
    arguments: { x: [4] },
    values: { x: Float32Array.of(1, Infinity, -Infinity, NaN) },
    step: ({ x }) => ({ infinite: tf.isInf(x!), finite: tf.isFinite(x!) }),
  },
  ...Object.fromEntries(
    ([undefined, 0, 1] as const).map((axis): [string, Case] => [
      `All, Any axis ${String(axis)}`,
      {
        arguments: { x: [3, 4] },
        step: ({ x }) => ({ all: tf.all(tf.greater(x!, -1), axis), any: tf.any(tf.greater(x!, 1), axis, true) }),
      },
    ]),
  ),
  'Mod, FloorDiv of int32': integers([6], [7, -7, 7, -7, 8, 100000001], (i) => {
    const divisor = tf.tensor1d([3, 3, -3, -3, 4, 10], 'int32');
    return tf.stack([tf.mod(i, divisor), tf.floorDiv(i, divisor)]);
  }),
  'Range, LinSpace': valueOnly({ x: [4] }, ({ x }) =>
    tf.stack([
      tf.mul(x!, tf.range(1, 3, 0.5)),
      tf.add(x!, tf.linspace(2, -1, 4)),
      tf.cast(tf.range(7, -1, -2, 'int32'), 'float32'),
    ]),
  ),
  'Atan2 on the axes': {
    arguments: { y: [4], x: [4] },
    values: { y: Float32Array.of(0, 2, -2, 0), x: Float32Array.of(3, 0, 0, -3) },
    step: ({ y, x }) => ({ value: tf.atan2(y!, x!) }),
  },
};

/** Cases of the kernels of ordinary programs, each by name. */
export const ORDINARY_CASES: Record<string, Case> = Object.fromEntries([
  ...Object.entries(UNARY).map(([name, f]): [string, Case] => [name, smooth({ x: [3, 5] }, ({ x }) => f(x!))]),
  ...Object.entries(BINARY).flatMap(([name, f]) =>
    PAIRS.map(([a, b]): [string, Case] => [
      `${name} [${a.join()}] [${b.join()}]`,
      smooth({ a, b }, ({ a, b }) => f(a!, b!)),
    ]),
  ),
  // TensorFlow.js's gradient of prelu does not sum over what x is repeated along.
  ...PAIRS.slice(0, 2).map(([x, alpha]): [string, Case] => [
    `Prelu [${x.join()}] [${alpha.join()}]`,
    smooth({ x, alpha }, ({ x, alpha }) => tf.prelu(x!, alpha!)),
  ]),
  ...FUSED,
  averagePool([2, 4, 6, 3], 2, 2, 'valid'),
  averagePool([2, 5, 5, 2], 3, 2, 'same'),
  averagePool([1, 6, 5, 2], [2, 3], 1, 'valid'),
  [
    'Conv2D dilated',
    valueOnly({ x: [2, 7, 8, 2], filter: [3, 2, 2, 3] }, ({ x, filter }) =>
      tf.conv2d(images(x!), images(filter!), 1, 'same', 'NHWC', [2, 3]),
    ),
  ],
  [
    'Conv2D dilated, then MaxPool',
    valueOnly({ x: [2, 8, 8, 2], filter: [3, 3, 2, 3] }, ({ x, filter }) =>
      tf.maxPool(tf.conv2d(images(x!), images(filter!), 1, 'same', 'NHWC', 2), 2, 2, 'valid'),
    ),
  ],
  depthwise([2, 6, 5, 3], [3, 3, 3, 1], 1, 'same'),
  depthwise([2, 7, 6, 2], [3, 2, 2, 3], 2, 'valid'),
  depthwise([1, 7, 7, 2], [3, 3, 2, 2], 2, 'same'),
  [
    'DepthwiseConv2dNative dilated',
    valueOnly({ x: [1, 7, 8, 2], filter: [3, 3, 2, 2] }, ({ x, filter }) =>
      tf.depthwiseConv2d(images(x!), images(filter!), 1, 'same', 'NHWC', 2),
    ),
  ],
  ...resized([1, 4, 4, 2], [8, 8], false),
  ...resized([1, 5, 5, 3], [3, 7], true),
  ...resized([1, 4, 4, 1], [2, 1], false),
  ...resizedByCenters([1, 3, 5, 2], [5, 7]),
  volume([1, 3, 4, 4, 2], [2, 2, 2, 2, 3], 1, 'same'),
  volume([2, 4, 5, 4, 1], [2, 3, 2, 1, 2], 2, 'valid'),
  ...volumePool([1, 4, 4, 4, 2], 2, 2, 'valid'),
  ...volumePool([1, 3, 5, 4, 1], 2, 2, 'same'),
  einsum('ij,jk->ik', { a: [2, 3], b: [3, 4] }),
  einsum('bij,bkj->bik', { a: [2, 3, 4], b: [2, 5, 4] }),
  einsum('bqhd,bkhd->bhqk', { a: [2, 3, 2, 4], b: [2, 5, 2, 4] }),
  einsum('ij->ji', { a: [2, 3] }),
  einsum('ijk->j', { a: [2, 3, 4] }),
  einsum('i,j->ij', { a: [2], b: [3] }),
  einsum('ijl,jk->ik', { a: [2, 3, 4], b: [3, 5] }),
  ...Object.entries({ ...REARRANGED, ...SCATTERED, ...TESTS }),
]);
