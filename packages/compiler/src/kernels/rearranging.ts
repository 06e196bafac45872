import * as tf from '@tensorflow/tfjs';
import { composite, tensor } from './composite.js';
import { input, normalizedAxis, withAttributes, type KernelTable } from './kernel.js';

/** Tensors in another sequence: reversed, with strides, mirrored at the edges, in blocks; running sums. */
export const rearranging: KernelTable = {
  Reverse: withAttributes<tf.ReverseAttrs>(({ recorder, inputs, attributes }) => {
    const x = input({ inputs }, 'x');
    const { graph } = recorder;
    const axes = tf.util.parseAxisParam(attributes.dims, x.shape);
    if (axes.length === 0) return recorder.alias(x);
    const steps = axes.map(() => -1);
    const ends = axes.map((axis) => -1 - (x.shape[axis] ?? 0));
    const range = [steps, ends, axes, steps].map((numbers) => graph.integers(numbers));
    return recorder.node(graph.emit('Slice', [recorder.operand(x), ...range]), x.shape, x.dtype);
  }),
  StridedSlice: withAttributes<tf.StridedSliceAttrs>(({ recorder, inputs, attributes }) => {
    const x = input({ inputs }, 'x');
    const { graph } = recorder;
    const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attributes;
    const slice = tf.slice_util.sliceInfo(
      x.shape,
      begin,
      end,
      strides,
      beginMask,
      endMask,
      ellipsisMask,
      newAxisMask,
      shrinkAxisMask,
    );
    // To ONNX an end of -1 is the last element; before the first one is -1 - size.
    const ends = slice.end.map((index, axis) => (index < 0 ? -1 - (x.shape[axis] ?? 0) : index));
    const axes = x.shape.map((_, axis) => axis);
    const range = [slice.begin, ends, axes, slice.strides].map((numbers) => graph.integers(numbers));
    const sliced = recorder.node(graph.emit('Slice', [recorder.operand(x), ...range]), slice.finalShapeSparse, x.dtype);
    return recorder.reshape(sliced, slice.finalShape);
  }),
  MirrorPad: withAttributes<tf.MirrorPadAttrs>(({ recorder, inputs, attributes: { paddings, mode } }) => {
    const x = input({ inputs }, 'x');
    const { graph } = recorder;
    const edge = mode === 'reflect' ? 0 : 1;
    const padded = paddings.reduce((name, [before, after], axis) => {
      const size = x.shape[axis] ?? 0;
      if (before + after === 0) return name;
      const indices = Array.from({ length: before + size + after }, (_, i) => {
        const index = i - before;
        if (index < 0) return -index - edge;
        return index < size ? index : 2 * (size - 1) - index + edge;
      });
      return graph.emit('Gather', [name, graph.integers(indices)], { axis });
    }, recorder.operand(x));
    const shape = x.shape.map((size, axis) => size + (paddings[axis]?.[0] ?? 0) + (paddings[axis]?.[1] ?? 0));
    return recorder.node(padded, shape, x.dtype);
  }),
  Cumsum: withAttributes<tf.CumsumAttrs>(({ recorder, inputs, attributes: { axis, exclusive, reverse } }) => {
    const x = input({ inputs }, 'x');
    const { graph } = recorder;
    const along = graph.constant([normalizedAxis(axis, x.shape.length)], [], 'int64');
    const flags = { exclusive: exclusive ? 1 : 0, reverse: reverse ? 1 : 0 };
    return recorder.node(graph.emit('CumSum', [recorder.operand(x), along], flags), x.shape, x.dtype);
  }),
  SpaceToBatchND: composite<tf.SpaceToBatchNDAttrs>((inputs, { blockShape, paddings }) => {
    const x = tensor(inputs, 'x');
    const block = blockShape.reduce((a, b) => a * b);
    const rest = x.shape.slice(1 + blockShape.length).map((): [number, number] => [0, 0]);
    const padded = tf.pad(x, [
      [0, 0],
      ...paddings.map(([before = 0, after = 0]): [number, number] => [before, after]),
      ...rest,
    ]);
    const { getReshaped, getPermuted, getReshapedPermuted } = tf.backend_util;
    const blocks = tf.reshape(padded, getReshaped(padded.shape, blockShape, block, false));
    const permuted = tf.transpose(blocks, getPermuted(blocks.rank, blockShape.length, false));
    return tf.reshape(permuted, getReshapedPermuted(padded.shape, blockShape, block, false));
  }),
  BatchToSpaceND: composite<tf.BatchToSpaceNDAttrs>((inputs, { blockShape, crops }) => {
    const x = tensor(inputs, 'x');
    const block = blockShape.reduce((a, b) => a * b);
    const { getReshaped, getPermuted, getReshapedPermuted, getSliceBeginCoords, getSliceSize } = tf.backend_util;
    const blocks = tf.reshape(x, getReshaped(x.shape, blockShape, block));
    const permuted = tf.transpose(blocks, getPermuted(blocks.rank, blockShape.length));
    const whole = tf.reshape(permuted, getReshapedPermuted(x.shape, blockShape, block));
    const begin = getSliceBeginCoords(crops, blockShape.length);
    return tf.slice(whole, begin, getSliceSize(whole.shape, crops, blockShape.length));
  }),
  DepthToSpace: composite<tf.DepthToSpaceAttrs>((inputs, { blockSize }) => {
    const x = tensor(inputs, 'x');
    const [batch = 1, height = 1, width = 1, depth = 1] = x.shape;
    const channels = depth / blockSize ** 2;
    const blocks = tf.reshape(x, [batch, height, width, blockSize, blockSize, channels]);
    return tf.reshape(tf.transpose(blocks, [0, 1, 3, 2, 4, 5]), [
      batch,
      height * blockSize,
      width * blockSize,
      channels,
    ]);
  }),
};
