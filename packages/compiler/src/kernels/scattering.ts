import * as tf from '@tensorflow/tfjs';
import { ELEMENT_TYPE } from '../onnx.js';
import type { Recorder } from '../recorder.js';
import { input, withAttributes, type KernelTable } from './kernel.js';

/** ONNX's indices of several axes are int64. */
const wide = (recorder: Recorder, indices: string): string =>
  recorder.graph.emit('Cast', [indices], { to: ELEMENT_TYPE.int64 });

function zeros(recorder: Recorder, shape: readonly number[], dtype: tf.DataType): string {
  return recorder.graph.emit('Expand', [recorder.scalar(0, dtype), recorder.graph.integers(shape)]);
}

/** Elements by indices of several axes, sums of elements by index, and the largest elements. */
export const scattering: KernelTable = {
  GatherNd: ({ recorder, inputs }) => {
    const params = input({ inputs }, 'params');
    const indices = input({ inputs }, 'indices');
    const depth = indices.shape.at(-1) ?? 0;
    const shape = [...indices.shape.slice(0, -1), ...params.shape.slice(depth)];
    const names = [recorder.operand(params), wide(recorder, recorder.operand(indices))];
    return recorder.node(recorder.graph.emit('GatherND', names), shape, params.dtype);
  },
  /** Values that fall on the same element add up. */
  ScatterNd: withAttributes<tf.ScatterNdAttrs>(({ recorder, inputs, attributes: { shape } }) => {
    const updates = input({ inputs }, 'updates');
    const indices = wide(recorder, recorder.operand(input({ inputs }, 'indices')));
    const names = [zeros(recorder, shape, updates.dtype), indices, recorder.operand(updates)];
    return recorder.node(recorder.graph.emit('ScatterND', names, { reduction: 'add' }), shape, updates.dtype);
  }),
  TensorScatterUpdate: ({ recorder, inputs }) => {
    const x = input({ inputs }, 'tensor');
    const indices = wide(recorder, recorder.operand(input({ inputs }, 'indices')));
    const names = [recorder.operand(x), indices, recorder.operand(input({ inputs }, 'updates'))];
    return recorder.node(recorder.graph.emit('ScatterND', names), x.shape, x.dtype);
  },
  /** Rows that have the same number add up: the gradient of an embedding. Numbers outside of [0, numSegments) are left out. */
  UnsortedSegmentSum: withAttributes<tf.UnsortedSegmentSumAttrs>(
    ({ recorder, inputs, attributes: { numSegments } }) => {
      const { graph } = recorder;
      const x = input({ inputs }, 'x');
      const ids = recorder.operand(recorder.reshape(input({ inputs }, 'segmentIds'), [x.shape[0] ?? 0, 1]));
      const rows = [numSegments, ...x.shape.slice(1)];
      // One more row takes what is left out.
      const spare = graph.constant([numSegments], [], 'int32');
      const inside = graph.emit('And', [
        graph.emit('GreaterOrEqual', [ids, graph.constant([0], [], 'int32')]),
        graph.emit('Less', [ids, spare]),
      ]);
      const indices = wide(recorder, graph.emit('Where', [inside, ids, spare]));
      const names = [zeros(recorder, [numSegments + 1, ...x.shape.slice(1)], x.dtype), indices, recorder.operand(x)];
      const sums = graph.emit('ScatterND', names, { reduction: 'add' });
      const range = [[0], [numSegments], [0]].map((numbers) => graph.integers(numbers));
      return recorder.node(graph.emit('Slice', [sums, ...range]), rows, x.dtype);
    },
  ),
  TopK: withAttributes<tf.TopKAttrs>(({ recorder, inputs, attributes: { k, sorted } }) => {
    const { graph } = recorder;
    const x = input({ inputs }, 'x');
    const shape = [...x.shape.slice(0, -1), k];
    const [values, indices] = graph.emitPair('TopK', [recorder.operand(x), graph.integers([k])], {
      sorted: sorted ? 1 : 0,
    });
    const positions = graph.emit('Cast', [indices], { to: ELEMENT_TYPE.int32 });
    return [recorder.node(values, shape, x.dtype), recorder.node(positions, shape, 'int32')];
  }),
};
