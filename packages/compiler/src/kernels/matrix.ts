import * as tf from '@tensorflow/tfjs';
import type { Recorder } from '../recorder.js';
import { input, withAttributes, type KernelTable } from './kernel.js';

function matrixTransposed(recorder: Recorder, tensor: tf.TensorInfo, transpose: boolean): string {
  const name = recorder.operand(tensor);
  if (!transpose) return name;
  const rank = tensor.shape.length;
  const perm = tensor.shape.map((_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
  return recorder.graph.emit('Transpose', [name], { perm });
}

/** Products of matrices, and of batches of matrices. */
export const matrices: KernelTable = {
  BatchMatMul: withAttributes<tf.BatchMatMulAttrs>(({ recorder, inputs, attributes: { transposeA, transposeB } }) => {
    const a = input({ inputs }, 'a');
    const b = input({ inputs }, 'b');
    const rows = a.shape.at(transposeA ? -1 : -2) ?? 1;
    const columns = b.shape.at(transposeB ? -2 : -1) ?? 1;
    const batch = tf.backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const shape = [...batch, rows, columns];
    if (shape.length === 2) {
      const operands = [recorder.operand(a), recorder.operand(b)];
      const flags = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 };
      return recorder.node(recorder.graph.emit('Gemm', operands, flags), shape, 'float32');
    }
    const operands = [matrixTransposed(recorder, a, transposeA), matrixTransposed(recorder, b, transposeB)];
    return recorder.node(recorder.graph.emit('MatMul', operands), shape, 'float32');
  }),
};
