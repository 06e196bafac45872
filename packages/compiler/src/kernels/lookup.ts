import * as tf from '@tensorflow/tfjs';
import type { Recorder } from '../recorder.js';
import { normalizedAxis, input, withAttributes, type KernelTable } from './kernel.js';

/** Each element of the batch by its own indices: rows of all elements, one after another, by index plus the element's first row. */
function gatherFromBatch(
  recorder: Recorder,
  x: tf.TensorInfo,
  indices: tf.TensorInfo,
  axis: number,
  batchDims: number,
): tf.TensorInfo {
  const dims = normalizedAxis(batchDims, indices.shape.length);
  const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
  const batch = size(x.shape.slice(0, dims));
  const [outer, rows, slice] = [size(x.shape.slice(dims, axis)), x.shape[axis] ?? 1, size(x.shape.slice(axis + 1))];
  const { graph } = recorder;
  const reshape = (name: string, shape: readonly number[]): string =>
    graph.emit('Reshape', [name, graph.integers(shape)]);
  const rowsFirst = graph.emit('Transpose', [reshape(recorder.operand(x), [batch, outer, rows, slice])], {
    perm: [0, 2, 1, 3],
  });
  const firstRows = graph.constant(
    Array.from({ length: batch }, (_, i) => i * rows),
    [batch, 1],
    'int32',
  );
  const shifted = graph.emit('Add', [reshape(recorder.operand(indices), [batch, -1]), firstRows]);
  const gathered = graph.emit('Gather', [reshape(rowsFirst, [batch * rows, outer * slice]), shifted], { axis: 0 });
  const count = size(indices.shape) / batch;
  const back = graph.emit('Transpose', [reshape(gathered, [batch, count, outer, slice])], { perm: [0, 2, 1, 3] });
  const shape = [...x.shape.slice(0, axis), ...indices.shape.slice(dims), ...x.shape.slice(axis + 1)];
  return recorder.node(reshape(back, shape), shape, x.dtype);
}

/** Slices of tensors by index, and indices as one-hot vectors. */
export const lookups: KernelTable = {
  /** Rows (or slices along any axis) by index. Bytes stay bytes. */
  GatherV2: withAttributes<tf.GatherV2Attrs>(({ recorder, inputs, attributes }) => {
    const x = input({ inputs }, 'x');
    const indices = input({ inputs }, 'indices');
    const axis = normalizedAxis(attributes.axis, x.shape.length);
    if (attributes.batchDims !== 0) return gatherFromBatch(recorder, x, indices, axis, attributes.batchDims);
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
