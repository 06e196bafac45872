import * as tf from '@tensorflow/tfjs';
import { filterSize, padsOf, stridesOf } from './convolution-geometry.js';
import { input, withAttributes, type KernelTable } from './kernel.js';
import { poolGeometry } from './pooling.js';

/** The mean of each window of images [batch, height, width, channels], and its gradient. */
export const averagePools: KernelTable = {
  /** What reaches over the edge does not count. */
  AvgPool: withAttributes<tf.AvgPoolAttrs>(({ recorder, inputs, attributes }) => {
    const x = input({ inputs }, 'x');
    const size = poolGeometry(x.shape, attributes);
    const means = recorder.graph.emit('AveragePool', [recorder.operand(x, 'channels-first')], {
      kernel_shape: filterSize(size),
      strides: stridesOf(size),
      pads: padsOf(size),
    });
    return recorder.node(means, size.outShape, x.dtype, { layout: 'channels-first' });
  }),
  /** Each window's value divided by the window's size, as TensorFlow.js does at the edges too. */
  AvgPoolGrad: withAttributes<tf.AvgPoolAttrs>(({ recorder, inputs, attributes }) => {
    const { graph } = recorder;
    const x = input({ inputs }, 'input');
    const dy = input({ inputs }, 'dy');
    const size = poolGeometry(x.shape, attributes);
    const { batchSize, inChannels, inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth } = size;
    const { top, left, bottom, right } = size.padInfo;
    const single = [batchSize * inChannels, 1, outHeight, outWidth];
    const windows = graph.emit('Reshape', [recorder.operand(dy, 'channels-first'), graph.integers(single)]);
    const share = graph.constant([1 / (filterHeight * filterWidth)], [], 'float32');
    const shares = graph.emit('Expand', [share, graph.integers([1, 1, filterHeight, filterWidth])]);
    const spread = graph.emit('ConvTranspose', [windows, shares], {
      kernel_shape: filterSize(size),
      strides: stridesOf(size),
      pads: padsOf(size),
      output_padding: [
        inHeight + top + bottom - filterHeight - (outHeight - 1) * size.strideHeight,
        inWidth + left + right - filterWidth - (outWidth - 1) * size.strideWidth,
      ],
    });
    const shape = graph.integers([batchSize, inChannels, inHeight, inWidth]);
    return recorder.node(graph.emit('Reshape', [spread, shape]), x.shape, 'float32', { layout: 'channels-first' });
  }),
};
