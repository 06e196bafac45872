import * as tf from '@tensorflow/tfjs';
import type { Graph } from '../graph.js';
import { filterSize, padsOf, stridesOf } from './convolution-geometry.js';
import { input, withAttributes, type KernelTable } from './kernel.js';

interface Attributes {
  readonly strides: number | [number, number];
  readonly pad: tf.DepthwiseConv2dNativeAttrs['pad'];
  /** Layers give null for none. */
  readonly dilations?: number | [number, number] | null;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly dataFormat?: string;
}

function geometry(inputShape: readonly number[], filterShape: readonly number[], attributes: Attributes) {
  const { strides, pad, dilations, dimRoundingMode, dataFormat = 'NHWC' } = attributes;
  if (dataFormat !== 'NHWC')
    throw new Error(`A depthwise convolution with dataFormat ${dataFormat} is not recorded; expected dataFormat NHWC.`);
  const size = tf.backend_util.computeConv2DInfo(
    inputShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    true,
  );
  const { filterHeight, filterWidth, dilationHeight, dilationWidth, padInfo } = size;
  const reach = [(filterHeight - 1) * dilationHeight + 1, (filterWidth - 1) * dilationWidth + 1] as const;
  const rest = [
    size.inHeight + padInfo.top + padInfo.bottom - reach[0] - (size.outHeight - 1) * size.strideHeight,
    size.inWidth + padInfo.left + padInfo.right - reach[1] - (size.outWidth - 1) * size.strideWidth,
  ];
  return { size, dilations: [dilationHeight, dilationWidth], rest };
}

/** A filter [height, width, in, multiplier] as [in x multiplier, 1, height, width]: one filter for each output channel. */
function filterByChannel(graph: Graph, filter: string, shape: readonly number[]): string {
  const [height = 1, width = 1, channels = 1, multiplier = 1] = shape;
  const outermost = graph.emit('Transpose', [filter], { perm: [2, 3, 0, 1] });
  return graph.emit('Reshape', [outermost, graph.integers([channels * multiplier, 1, height, width])]);
}

/** Convolution of each channel by itself, with a filter [height, width, in, multiplier], and its two gradients. */
export const depthwiseConvolutions: KernelTable = {
  DepthwiseConv2dNative: withAttributes<Attributes>(({ recorder, inputs, attributes }) => {
    const x = input({ inputs }, 'x');
    const filter = input({ inputs }, 'filter');
    const { size, dilations } = geometry(x.shape, filter.shape, attributes);
    const { graph } = recorder;
    const filters = filterByChannel(graph, recorder.operand(filter), filter.shape);
    const y = graph.emit('Conv', [recorder.operand(x, 'channels-first'), filters], {
      kernel_shape: filterSize(size),
      pads: padsOf(size),
      strides: stridesOf(size),
      dilations,
      group: size.inChannels,
    });
    return recorder.node(y, size.outShape, 'float32', { layout: 'channels-first' });
  }),
  DepthwiseConv2dNativeBackpropInput: withAttributes<tf.DepthwiseConv2dNativeBackpropInputAttrs>(
    ({ recorder, inputs, attributes }) => {
      const filter = input({ inputs }, 'filter');
      const { size, dilations, rest } = geometry(attributes.inputShape, filter.shape, attributes);
      const { graph } = recorder;
      const filters = filterByChannel(graph, recorder.operand(filter), filter.shape);
      const dy = recorder.operand(input({ inputs }, 'dy'), 'channels-first');
      const gradient = graph.emit('ConvTranspose', [dy, filters], {
        kernel_shape: filterSize(size),
        pads: padsOf(size),
        strides: stridesOf(size),
        dilations,
        output_padding: rest,
        group: size.inChannels,
      });
      return recorder.node(gradient, attributes.inputShape, 'float32', { layout: 'channels-first' });
    },
  ),
  /** The input convolved with the output's gradient: the images are the channels of each group. */
  DepthwiseConv2dNativeBackpropFilter: withAttributes<tf.DepthwiseConv2dNativeBackpropFilterAttrs>(
    ({ recorder, inputs, attributes }) => {
      const x = input({ inputs }, 'x');
      const { size, dilations } = geometry(x.shape, attributes.filterShape, attributes);
      const { graph } = recorder;
      const { batchSize, inHeight, inWidth, outHeight, outWidth, inChannels, outChannels } = size;
      const channelsOutermost = (tensor: tf.TensorInfo): string =>
        graph.emit('Transpose', [recorder.operand(tensor, 'channels-first')], { perm: [1, 0, 2, 3] });
      const shape = graph.integers([1, inChannels * batchSize, inHeight, inWidth]);
      const groups = graph.emit('Reshape', [channelsOutermost(x), shape]);
      const convolved = graph.emit('Conv', [groups, channelsOutermost(input({ inputs }, 'dy'))], {
        kernel_shape: [outHeight, outWidth],
        pads: padsOf(size),
        strides: dilations,
        dilations: stridesOf(size),
        group: inChannels,
      });
      const ranges = [[0, 0], filterSize(size), [2, 3]].map((numbers) => graph.integers(numbers));
      const filters = graph.emit('Slice', [convolved, ...ranges]);
      const byChannel = graph.integers([inChannels, outChannels / inChannels, ...filterSize(size)]);
      const gradient = graph.emit('Transpose', [graph.emit('Reshape', [filters, byChannel])], { perm: [2, 3, 0, 1] });
      return recorder.node(gradient, attributes.filterShape, 'float32');
    },
  ),
};
