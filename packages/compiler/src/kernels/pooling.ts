import * as tf from '@tensorflow/tfjs';
import type { Recorder } from '../recorder.js';
import { input, withAttributes, type KernelTable } from './kernel.js';
import { pooledConvolution } from './pooled-convolution.js';

type Geometry = tf.backend_util.Conv2DInfo;
type Attributes = tf.MaxPoolAttrs & Partial<tf.MaxPoolGradAttrs>;

function geometry(shape: readonly number[], { filterSize, strides, pad, dimRoundingMode }: Attributes): Geometry {
  const [batch = 1, height = 1, width = 1, channels = 1] = shape;
  return tf.backend_util.computePool2DInfo(
    [batch, height, width, channels],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
}

/** Largest values, and where in the whole tensor they stand: of equal ones the first, as on the eager cpu backend. */
function maximum(recorder: Recorder, x: tf.TensorInfo, size: Geometry): { largest: string; places: string } {
  const { top, left, bottom, right } = size.padInfo;
  const [largest = '', places = ''] = recorder.graph.emitAll('MaxPool', [recorder.operand(x, 'channels-first')], 2, {
    kernel_shape: [size.filterHeight, size.filterWidth],
    strides: [size.strideHeight, size.strideWidth],
    pads: [top, left, bottom, right],
  });
  return { largest, places };
}

/** Each value of `dy` put where the maximum stood, zero elsewhere; every place is the maximum of one window at most, and no window hangs over. */
function unpooled(recorder: Recorder, dy: string, places: string, size: Geometry): string {
  const { graph } = recorder;
  const shape = graph.integers([size.batchSize, size.inChannels, size.inHeight, size.inWidth]);
  return graph.emit('MaxUnpool', [dy, places, shape], {
    kernel_shape: [size.filterHeight, size.filterWidth],
    strides: [size.strideHeight, size.strideWidth],
  });
}

/** As {@link unpooled}, but a place that is the maximum of several windows gets their sum. */
function scattered(recorder: Recorder, dy: string, places: string, size: Geometry): string {
  const { graph } = recorder;
  const shape = [size.batchSize, size.inChannels, size.inHeight, size.inWidth];
  const flat = (name: string): string => graph.emit('Reshape', [name, graph.integers([-1])]);
  const zeros = graph.emit('Expand', [
    graph.constant([0], [], 'float32'),
    graph.integers([tf.util.sizeFromShape(shape)]),
  ]);
  const sums = graph.emit('ScatterElements', [zeros, flat(places), flat(dy)], { axis: 0, reduction: 'add' });
  return graph.emit('Reshape', [sums, graph.integers(shape)]);
}

/** The largest value of each window of images [batch, height, width, channels], and its gradient. */
export const pools: KernelTable = {
  MaxPool: withAttributes<Attributes>(({ recorder, inputs, attributes }) => {
    const x = input({ inputs }, 'x');
    const size = geometry(x.shape, attributes);
    const { largest: pooled } = maximum(recorder, x, size);
    const largest = pooledConvolution(recorder.graph, pooled)?.largest ?? pooled;
    return recorder.node(largest, size.outShape, x.dtype, { order: 'channels-first' });
  }),
  MaxPoolGrad: withAttributes<Attributes>(({ recorder, inputs, attributes }) => {
    const x = input({ inputs }, 'input');
    const size = geometry(x.shape, attributes);
    const dy = recorder.operand(input({ inputs }, 'dy'), 'channels-first');
    const { places } = maximum(recorder, x, size);
    const apart =
      size.padInfo.type === 'VALID' && size.strideHeight >= size.filterHeight && size.strideWidth >= size.filterWidth;
    const gradient = (apart ? unpooled : scattered)(recorder, dy, places, size);
    return recorder.node(gradient, x.shape, 'float32', { order: 'channels-first' });
  }),
};
