import * as tf from '@tensorflow/tfjs';
import { normalizedAxis, input, withAttributes, type KernelTable } from './kernel.js';

/** Slices of tensors by index, and indices as one-hot vectors. */
export const lookups: KernelTable = {
  /** Rows (or slices along any axis) by index. Bytes stay bytes. */
  GatherV2: withAttributes<tf.GatherV2Attrs>(({ recorder, inputs, attributes }) => {
    const x = input({ inputs }, 'x');
    const indices = input({ inputs }, 'indices');
    if (attributes.batchDims !== 0) throw new Error('gather with batchDims is not recorded; expected batchDims 0.');
    const axis = normalizedAxis(attributes.axis, x.shape.length);
    const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
    const gathered = recorder.graph.emit('Gather', [recorder.stored(x), recorder.operand(indices)], { axis });
    return recorder.node(gathered, shape, x.dtype, { element: recorder.element(x) });
  }),
  OneHot: withAttributes<tf.OneHotAttrs>(({ recorder, inputs, attributes: { depth, onValue, offValue, dtype } }) => {
    const indices = input({ inputs }, 'indices');
    const { graph } = recorder;
    const column = recorder.operand(recorder.reshape(indices, [...indices.shape, 1]));
    const classes = graph.constant(
      Array.from({ length: depth }, (_, i) => i),
      [depth],
      'int32',
    );
    const matches = recorder.node(graph.emit('Equal', [column, classes]), [...indices.shape, depth], 'bool');
    if (onValue === 1 && offValue === 0) return recorder.cast(matches, dtype);
    const element = dtype === 'int32' ? 'int32' : 'float32';
    const on = graph.constant([onValue], [], element);
    const off = graph.constant([offValue], [], element);
    return recorder.node(graph.emit('Where', [recorder.operand(matches), on, off]), matches.shape, dtype);
  }),
};
