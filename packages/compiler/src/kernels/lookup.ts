import * as tf from '@tensorflow/tfjs';
import { axisOf, input, withAttributes, type KernelTable } from './kernel.js';

/** Tensors by index, and indices as vectors. */
export const lookups: KernelTable = {
  /** Rows (or slices along any axis) by index; bytes stay bytes. */
  GatherV2: withAttributes<tf.GatherV2Attrs>(({ recorder, inputs, attributes }) => {
    const x = input({ inputs }, 'x');
    const indices = input({ inputs }, 'indices');
    if (attributes.batchDims !== 0) throw new Error('gather with batchDims is not recorded; expected batchDims 0.');
    const axis = axisOf(attributes.axis, x.shape.length);
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
    const hit = recorder.node(graph.emit('Equal', [column, classes]), [...indices.shape, depth], 'bool');
    if (onValue === 1 && offValue === 0) return recorder.cast(hit, dtype);
    const [on, off] = [onValue, offValue].map((value) =>
      graph.constant([value], [], dtype === 'int32' ? 'int32' : 'float32'),
    );
    return recorder.node(graph.emit('Where', [recorder.operand(hit), on ?? '', off ?? '']), hit.shape, dtype);
  }),
};
