import * as tf from '@tensorflow/tfjs';
import type { Graph } from '../graph.js';
import type { Recorder } from '../recorder.js';
import {
  convolutionGeometry,
  dilationsOf,
  filterSize,
  padsOf,
  stridesOf,
  type ConvolutionAttributes,
  type ConvolutionGeometry,
} from './convolution-geometry.js';
import { filterGradient } from './filter-gradient.js';
import { input, withAttributes, type Kernel, type KernelTable } from './kernel.js';
import { matchUnpooledGradient } from './pooled-convolution.js';

/** A filter [height, width, in, out] as [out, in, height, width]. */
const outFirst = (graph: Graph, filter: string): string => graph.emit('Transpose', [filter], { perm: [3, 2, 0, 1] });

/**
 * Gradient by the input at stride 1: the output's gradient convolved with the filter rotated by 180 degrees, in and out
 * swapped. It is faster than ConvTranspose, which adds up overlapping windows one by one.
 *
 * @returns undefined at other strides, or where the padding is larger than the filter allows
 */
function rotatedConvolution(
  graph: Graph,
  gradient: string,
  filter: string,
  size: ConvolutionGeometry,
): string | undefined {
  const [height, width] = [size.filterHeight, size.filterWidth];
  const { top, left, bottom, right } = size.padInfo;
  const pads = [height - 1 - top, width - 1 - left, height - 1 - bottom, width - 1 - right];
  if (size.strideHeight !== 1 || size.strideWidth !== 1 || pads.some((pad) => pad < 0)) return undefined;
  const rotated = graph.emit('Slice', [
    filter,
    graph.integers([-1, -1]),
    graph.integers([-height - 1, -width - 1]),
    graph.integers([0, 1]),
    graph.integers([-1, -1]),
  ]);
  const inFirst = graph.emit('Transpose', [rotated], { perm: [2, 3, 0, 1] });
  return graph.emit('Conv', [gradient, inFirst], { kernel_shape: [height, width], pads });
}

/** Gradient by the input at any stride. */
function transposedConvolution(graph: Graph, gradient: string, filter: string, size: ConvolutionGeometry): string {
  const { top, left, bottom, right } = size.padInfo;
  const outputPadding = [
    size.inHeight + top + bottom - size.filterHeight - (size.outHeight - 1) * size.strideHeight,
    size.inWidth + left + right - size.filterWidth - (size.outWidth - 1) * size.strideWidth,
  ];
  return graph.emit('ConvTranspose', [gradient, outFirst(graph, filter)], {
    kernel_shape: filterSize(size),
    pads: padsOf(size),
    strides: stridesOf(size),
    output_padding: outputPadding,
  });
}

const channelsFirst = (recorder: Recorder, name: string, shape: readonly number[]): tf.TensorInfo =>
  recorder.node(name, shape, 'float32', { layout: 'channels-first' });

const convolution: Kernel = withAttributes<ConvolutionAttributes>(({ recorder, inputs, attributes }) => {
  const x = input({ inputs }, 'x');
  const filter = input({ inputs }, 'filter');
  const size = convolutionGeometry('Conv2D', x.shape, filter.shape, attributes);
  const { graph } = recorder;
  const convolved = graph.emit(
    'Conv',
    [recorder.operand(x, 'channels-first'), outFirst(graph, recorder.operand(filter))],
    { kernel_shape: filterSize(size), pads: padsOf(size), strides: stridesOf(size), ...dilationsOf(size) },
  );
  return channelsFirst(recorder, convolved, size.outShape);
});

const inputGradient: Kernel = withAttributes<tf.Conv2DBackpropInputAttrs>(({ recorder, inputs, attributes }) => {
  const dy = input({ inputs }, 'dy');
  const filter = input({ inputs }, 'filter');
  const size = convolutionGeometry('Conv2DBackpropInput', attributes.inputShape, filter.shape, attributes);
  const { graph } = recorder;
  const operands = [recorder.operand(dy, 'channels-first'), recorder.operand(filter)] as const;
  const gradient = rotatedConvolution(graph, ...operands, size) ?? transposedConvolution(graph, ...operands, size);
  return channelsFirst(recorder, gradient, attributes.inputShape);
});

const filterGradientKernel: Kernel = withAttributes<tf.Conv2DBackpropFilterAttrs>(
  ({ recorder, inputs, attributes }) => {
    const x = input({ inputs }, 'x');
    const dy = input({ inputs }, 'dy');
    const size = convolutionGeometry('Conv2DBackpropFilter', x.shape, attributes.filterShape, attributes);
    const { graph } = recorder;
    const [images, gradient] = [recorder.operand(x, 'channels-first'), recorder.operand(dy, 'channels-first')];
    const unpooled = matchUnpooledGradient(graph, gradient);
    const byFilter =
      unpooled?.pooled.images === images
        ? unpooled.pooled.filterGradient(unpooled.gradient)
        : filterGradient(graph, images, gradient, size);
    return recorder.node(byFilter, attributes.filterShape, 'float32');
  },
);

/** Convolution of images [batch, height, width, in] with a filter [height, width, in, out], and its two gradients. */
export const convolutions: KernelTable = {
  Conv2D: convolution,
  Conv2DBackpropInput: inputGradient,
  Conv2DBackpropFilter: filterGradientKernel,
};
