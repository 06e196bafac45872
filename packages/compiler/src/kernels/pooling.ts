import * as tf from '@tensorflow/tfjs';
import type { Graph } from '../graph.js';
import type { Recorder } from '../recorder.js';
import { filterSize, padsOf, stridesOf } from './convolution-geometry.js';
import { input, withAttributes, type KernelTable } from './kernel.js';
import { pooledConvolution } from './pooled-convolution.js';

type Geometry = tf.backend_util.Conv2DInfo;

/** The sizes of windows over images [batch, height, width, channels]. */
export function poolGeometry(shape: readonly number[], attributes: tf.MaxPoolAttrs): Geometry {
  const [batch = 1, height = 1, width = 1, channels = 1] = shape;
  return tf.backend_util.computePool2DInfo(
    [batch, height, width, channels],
    attributes.filterSize,
    attributes.strides,
    1,
    attributes.pad,
    attributes.dimRoundingMode,
  );
}

/** A MaxPool's outputs: the maxima, and their indices in the whole tensor. Of equal values the first is taken, as on the cpu backend. */
function maxPool(recorder: Recorder, x: tf.TensorInfo, size: Geometry): { maxima: string; indices: string } {
  const [maxima, indices] = recorder.graph.emitPair('MaxPool', [recorder.operand(x, 'channels-first')], {
    kernel_shape: filterSize(size),
    strides: stridesOf(size),
    pads: padsOf(size),
  });
  return { maxima, indices };
}

/** Whether every index is the maximum of one window at most, and no window reaches over the edge. */
const windowsAreDisjoint = ({ padInfo, filterHeight, filterWidth, strideHeight, strideWidth }: Geometry): boolean =>
  padInfo.type === 'VALID' && strideHeight >= filterHeight && strideWidth >= filterWidth;

/** Each value of `dy` at the index of its maximum, zero elsewhere, if the windows are disjoint. */
function unpool(graph: Graph, dy: string, indices: string, size: Geometry): string {
  const shape = graph.integers([size.batchSize, size.inChannels, size.inHeight, size.inWidth]);
  return graph.emit('MaxUnpool', [dy, indices, shape], {
    kernel_shape: filterSize(size),
    strides: stridesOf(size),
  });
}

/** As {@link unpool} for any windows: an index that is the maximum of several windows gets the sum of their values. */
function scatterAdd(graph: Graph, dy: string, indices: string, size: Geometry): string {
  const shape = [size.batchSize, size.inChannels, size.inHeight, size.inWidth];
  const flat = (name: string): string => graph.emit('Reshape', [name, graph.integers([-1])]);
  const zeros = graph.emit('Expand', [
    graph.constant([0], [], 'float32'),
    graph.integers([tf.util.sizeFromShape(shape)]),
  ]);
  const sums = graph.emit('ScatterElements', [zeros, flat(indices), flat(dy)], { axis: 0, reduction: 'add' });
  return graph.emit('Reshape', [sums, graph.integers(shape)]);
}

/** The largest value of each window of images [batch, height, width, channels], and its gradient. */
export const pools: KernelTable = {
  MaxPool: withAttributes<tf.MaxPoolAttrs>(({ recorder, inputs, attributes }) => {
    const x = input({ inputs }, 'x');
    const size = poolGeometry(x.shape, attributes);
    const { maxima } = maxPool(recorder, x, size);
    const pooled = pooledConvolution(recorder.graph, maxima)?.maxima ?? maxima;
    return recorder.node(pooled, size.outShape, x.dtype, { layout: 'channels-first' });
  }),
  MaxPoolGrad: withAttributes<tf.MaxPoolAttrs>(({ recorder, inputs, attributes }) => {
    const { graph } = recorder;
    const x = input({ inputs }, 'input');
    const size = poolGeometry(x.shape, attributes);
    const dy = recorder.operand(input({ inputs }, 'dy'), 'channels-first');
    const { indices } = maxPool(recorder, x, size);
    const gradient = windowsAreDisjoint(size) ? unpool(graph, dy, indices, size) : scatterAdd(graph, dy, indices, size);
    return recorder.node(gradient, x.shape, 'float32', { layout: 'channels-first' });
  }),
};
