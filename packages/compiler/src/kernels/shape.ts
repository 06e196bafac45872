import * as tf from '@tensorflow/tfjs';
import { composite } from './composite.js';
import { normalizedAxis, input, withAttributes, type KernelTable } from './kernel.js';

/** The same values under another shape, transposed or repeated; tensors of one value. */
export const shapes: KernelTable = {
  Identity: ({ recorder, inputs }) => recorder.alias(input({ inputs }, 'x')),
  Reshape: withAttributes<tf.ReshapeAttrs>(({ recorder, inputs, attributes }) => {
    const x = input({ inputs }, 'x');
    return recorder.reshape(x, tf.util.inferFromImplicitShape(attributes.shape, tf.util.sizeFromShape(x.shape)));
  }),
  ExpandDims: withAttributes<tf.ExpandDimsAttrs>(({ recorder, inputs, attributes: { dim } }) => {
    const x = input({ inputs }, 'input');
    const axis = normalizedAxis(dim, x.shape.length + 1);
    return recorder.reshape(x, [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)]);
  }),
  Transpose: withAttributes<tf.TransposeAttrs>(({ recorder, inputs, attributes: { perm } }) => {
    const x = input({ inputs }, 'x');
    const shape = perm.map((axis) => x.shape[axis] ?? 1);
    return recorder.node(recorder.graph.emit('Transpose', [recorder.stored(x)], { perm }), shape, x.dtype, {
      element: recorder.element(x),
    });
  }),
  Tile: withAttributes<tf.TileAttrs>(({ recorder, inputs, attributes: { reps } }) => {
    const x = input({ inputs }, 'x');
    const shape = x.shape.map((size, axis) => size * (reps[axis] ?? 1));
    const uniform = recorder.uniformValue(x);
    if (uniform !== undefined) return recorder.uniform(uniform, shape, x.dtype);
    const tiled = recorder.graph.emit('Tile', [recorder.operand(x), recorder.graph.integers(reps)]);
    return recorder.node(tiled, shape, x.dtype);
  }),
  Fill: withAttributes<{ shape: number[]; value: number | string; dtype?: tf.DataType }>(({ recorder, attributes }) =>
    recorder.uniform(Number(attributes.value), attributes.shape, attributes.dtype ?? 'float32'),
  ),
  Range: composite<tf.RangeAttrs>((_, { start, stop, step, dtype }) => {
    const count = Math.max(0, Math.ceil((stop - start) / step));
    return tf.tensor1d(
      Array.from({ length: count }, (_, i) => start + i * step),
      dtype,
    );
  }),
  LinSpace: composite<tf.LinSpaceAttrs>((_, { start, stop, num }) => {
    const step = num === 1 ? 0 : (stop - start) / (num - 1);
    return tf.tensor1d(Array.from({ length: num }, (_, i) => start + i * step));
  }),
  OnesLike: ({ recorder, inputs }) => {
    const x = input({ inputs }, 'x');
    return recorder.uniform(1, x.shape, x.dtype);
  },
  ZerosLike: ({ recorder, inputs }) => {
    const x = input({ inputs }, 'x');
    return recorder.uniform(0, x.shape, x.dtype);
  },
};
