import * as tf from '@tensorflow/tfjs';
import type { Graph } from '../graph.js';
import type { Recorder } from '../recorder.js';
import { input, withAttributes, type KernelTable } from './kernel.js';

type Shape5D = [number, number, number, number, number];
type Geometry = tf.backend_util.Conv3DInfo;

interface PoolAttributes {
  readonly filterSize: [number, number, number] | number;
  readonly strides: [number, number, number] | number;
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

interface ConvolutionAttributes {
  readonly strides: [number, number, number] | number;
  readonly pad: 'valid' | 'same';
  readonly dilations?: [number, number, number] | number;
}

const poolGeometry = (
  shape: readonly number[],
  { filterSize, strides, pad, dimRoundingMode }: PoolAttributes,
): Geometry => tf.backend_util.computePool3DInfo(shape as Shape5D, filterSize, strides, 1, pad, dimRoundingMode);

const convolutionGeometry = (
  shape: readonly number[],
  filter: readonly number[],
  { strides, pad, dilations = 1 }: ConvolutionAttributes,
): Geometry => tf.backend_util.computeConv3DInfo(shape as Shape5D, filter as Shape5D, strides, dilations, pad);

const filterSize = (size: Geometry): number[] => [size.filterDepth, size.filterHeight, size.filterWidth];
const strides = (size: Geometry): number[] => [size.strideDepth, size.strideHeight, size.strideWidth];
const dilations = (size: Geometry): number[] => [size.dilationDepth, size.dilationHeight, size.dilationWidth];
const inSize = (size: Geometry): number[] => [size.inDepth, size.inHeight, size.inWidth];
const outSize = (size: Geometry): number[] => [size.outDepth, size.outHeight, size.outWidth];
const pads = ({ padInfo: { front, top, left, back, bottom, right } }: Geometry): number[] => [
  front,
  top,
  left,
  back,
  bottom,
  right,
];

/** What a transposed convolution has to add at the end, so that its result has the input's size. */
function rest(size: Geometry): number[] {
  const padding = pads(size);
  return inSize(size).map((length, i) => {
    const reach = ((filterSize(size)[i] ?? 1) - 1) * (dilations(size)[i] ?? 1) + 1;
    const moved = ((outSize(size)[i] ?? 1) - 1) * (strides(size)[i] ?? 1);
    return length + (padding[i] ?? 0) + (padding[i + 3] ?? 0) - reach - moved;
  });
}

/** ONNX's layout, [batch, channels, depth, height, width]. */
const channelsFirst = (recorder: Recorder, tensor: tf.TensorInfo): string =>
  recorder.graph.emit('Transpose', [recorder.operand(tensor)], { perm: [0, 4, 1, 2, 3] });
const channelsLast = (recorder: Recorder, name: string, shape: readonly number[]): tf.TensorInfo =>
  recorder.node(recorder.graph.emit('Transpose', [name], { perm: [0, 2, 3, 4, 1] }), shape, 'float32');
/** A filter [depth, height, width, in, out] as [out, in, depth, height, width]. */
const outFirst = (recorder: Recorder, filter: tf.TensorInfo): string =>
  recorder.graph.emit('Transpose', [recorder.operand(filter)], { perm: [4, 3, 0, 1, 2] });
const reshaped = (graph: Graph, name: string, shape: readonly number[]): string =>
  graph.emit('Reshape', [name, graph.integers(shape)]);

function maxPool(recorder: Recorder, x: tf.TensorInfo, size: Geometry): readonly [string, string] {
  const attributes = { kernel_shape: filterSize(size), strides: strides(size), pads: pads(size) };
  return recorder.graph.emitPair('MaxPool', [channelsFirst(recorder, x)], attributes);
}

/** Convolution and pooling of volumes [batch, depth, height, width, channels], and their gradients. */
export const volumes: KernelTable = {
  Conv3D: withAttributes<ConvolutionAttributes>(({ recorder, inputs, attributes }) => {
    const [x, filter] = [input({ inputs }, 'x'), input({ inputs }, 'filter')];
    const size = convolutionGeometry(x.shape, filter.shape, attributes);
    const y = recorder.graph.emit('Conv', [channelsFirst(recorder, x), outFirst(recorder, filter)], {
      kernel_shape: filterSize(size),
      pads: pads(size),
      strides: strides(size),
      dilations: dilations(size),
    });
    return channelsLast(recorder, y, size.outShape);
  }),
  Conv3DBackpropInputV2: withAttributes<tf.Conv3DBackpropInputV2Attrs>(({ recorder, inputs, attributes }) => {
    const [dy, filter] = [input({ inputs }, 'dy'), input({ inputs }, 'filter')];
    const size = convolutionGeometry(attributes.inputShape, filter.shape, attributes);
    const gradient = recorder.graph.emit('ConvTranspose', [channelsFirst(recorder, dy), outFirst(recorder, filter)], {
      kernel_shape: filterSize(size),
      pads: pads(size),
      strides: strides(size),
      output_padding: rest(size),
    });
    return channelsLast(recorder, gradient, attributes.inputShape);
  }),
  /** The input convolved with the output's gradient, batch and channels swapped. */
  Conv3DBackpropFilterV2: withAttributes<tf.Conv3DBackpropFilterV2Attrs>(({ recorder, inputs, attributes }) => {
    const { graph } = recorder;
    const [x, dy] = [input({ inputs }, 'x'), input({ inputs }, 'dy')];
    const size = convolutionGeometry(x.shape, attributes.filterShape, attributes);
    const channelsOutermost = (tensor: tf.TensorInfo): string =>
      graph.emit('Transpose', [recorder.operand(tensor)], { perm: [4, 0, 1, 2, 3] });
    const convolved = graph.emit('Conv', [channelsOutermost(x), channelsOutermost(dy)], {
      kernel_shape: outSize(size),
      pads: pads(size),
      dilations: strides(size),
    });
    const ranges = [[0, 0, 0], filterSize(size), [2, 3, 4]].map((numbers) => graph.integers(numbers));
    const gradient = graph.emit('Transpose', [graph.emit('Slice', [convolved, ...ranges])], { perm: [2, 3, 4, 0, 1] });
    return recorder.node(gradient, attributes.filterShape, 'float32');
  }),
  MaxPool3D: withAttributes<PoolAttributes>(({ recorder, inputs, attributes }) => {
    const x = input({ inputs }, 'x');
    const size = poolGeometry(x.shape, attributes);
    return channelsLast(recorder, maxPool(recorder, x, size)[0], size.outShape);
  }),
  MaxPool3DGrad: withAttributes<PoolAttributes>(({ recorder, inputs, attributes }) => {
    const { graph } = recorder;
    const [x, dy] = [input({ inputs }, 'input'), input({ inputs }, 'dy')];
    const size = poolGeometry(x.shape, attributes);
    const [, indices] = maxPool(recorder, x, size);
    const zeros = graph.emit('Expand', [
      recorder.scalar(0, 'float32'),
      graph.integers([tf.util.sizeFromShape(x.shape)]),
    ]);
    const flat = [reshaped(graph, indices, [-1]), reshaped(graph, channelsFirst(recorder, dy), [-1])];
    const sums = graph.emit('ScatterElements', [zeros, ...flat], { axis: 0, reduction: 'add' });
    return channelsLast(recorder, reshaped(graph, sums, [size.batchSize, size.inChannels, ...inSize(size)]), x.shape);
  }),
  AvgPool3D: withAttributes<PoolAttributes>(({ recorder, inputs, attributes }) => {
    const x = input({ inputs }, 'x');
    const size = poolGeometry(x.shape, attributes);
    const window = { kernel_shape: filterSize(size), strides: strides(size), pads: pads(size) };
    const means = recorder.graph.emit('AveragePool', [channelsFirst(recorder, x)], window);
    return channelsLast(recorder, means, size.outShape);
  }),
  AvgPool3DGrad: withAttributes<PoolAttributes>(({ recorder, inputs, attributes }) => {
    const { graph } = recorder;
    const [x, dy] = [input({ inputs }, 'input'), input({ inputs }, 'dy')];
    const size = poolGeometry(x.shape, attributes);
    const windows = reshaped(graph, channelsFirst(recorder, dy), [
      size.batchSize * size.inChannels,
      1,
      ...outSize(size),
    ]);
    const share = recorder.scalar(1 / filterSize(size).reduce((a, b) => a * b), 'float32');
    const shares = graph.emit('Expand', [share, graph.integers([1, 1, ...filterSize(size)])]);
    const spread = graph.emit('ConvTranspose', [windows, shares], {
      kernel_shape: filterSize(size),
      pads: pads(size),
      strides: strides(size),
      output_padding: rest(size),
    });
    return channelsLast(recorder, reshaped(graph, spread, [size.batchSize, size.inChannels, ...inSize(size)]), x.shape);
  }),
};
