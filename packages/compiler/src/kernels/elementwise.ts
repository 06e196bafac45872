import * as tf from '@tensorflow/tfjs';
import { unary } from './arithmetic.js';
import { composite, tensor } from './composite.js';
import { input, type Kernel, type KernelTable } from './kernel.js';
import { operands } from './operands.js';

/** The remainder with the sign of the divisor, for both types. */
const modulo: Kernel = ({ recorder, inputs }) => {
  const [a, b] = [input({ inputs }, 'a'), input({ inputs }, 'b')];
  const { graph } = recorder;
  const shape = tf.backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
  const { names, layout } = operands(recorder, [a, b], shape);
  if (a.dtype === 'int32') return recorder.node(graph.emit('Mod', names), shape, 'int32', { layout });
  const [, divisor = ''] = names;
  // ONNX's Mod of floats has the dividend's sign.
  const remainder = graph.emit('Mod', names, { fmod: 1 });
  const shifted = graph.emit('Mod', [graph.emit('Add', [remainder, divisor]), divisor], { fmod: 1 });
  return recorder.node(shifted, shape, 'float32', { layout });
};

/** Whether every element, or any, along the axes is true. */
const logical = (reduce: (x: tf.Tensor, axis?: number | number[], keepDims?: boolean) => tf.Tensor): Kernel =>
  composite<{ axis?: number | number[]; keepDims?: boolean }>((inputs, { axis, keepDims }) =>
    tf.cast(reduce(tf.cast(tensor(inputs, 'x'), 'int32'), axis, keepDims), 'bool'),
  );

/** Rounding, trigonometric and hyperbolic functions, remainders, and tests of numbers. */
export const elementwise: KernelTable = {
  Ceil: unary('Ceil'),
  /** Halves go to the even neighbour, in both. */
  Round: unary('Round'),
  Sin: unary('Sin'),
  Cos: unary('Cos'),
  Tan: unary('Tan'),
  Asin: unary('Asin'),
  Acos: unary('Acos'),
  Atan: unary('Atan'),
  Sinh: unary('Sinh'),
  Cosh: unary('Cosh'),
  Asinh: unary('Asinh'),
  Acosh: unary('Acosh'),
  Atanh: unary('Atanh'),
  Atan2: composite((inputs) => {
    const [y, x] = [tensor(inputs, 'a'), tensor(inputs, 'b')];
    const angle = tf.atan(tf.div(y, x));
    const turned = tf.add(
      angle,
      tf.where(tf.less(y, 0), tf.fill(angle.shape, -Math.PI), tf.fill(angle.shape, Math.PI)),
    );
    const upright = tf.add(tf.mul(tf.sign(y), Math.PI / 2), tf.zeros(angle.shape));
    const left = tf.add(x, tf.zeros(angle.shape));
    return tf.where(tf.equal(left, 0), upright, tf.where(tf.less(left, 0), turned, angle));
  }),
  IsInf: unary('IsInf', 'bool'),
  IsFinite: composite((inputs) => {
    const x = tensor(inputs, 'x');
    return tf.logicalNot(tf.logicalOr(tf.isInf(x), tf.isNaN(x)));
  }),
  Mod: modulo,
  FloorDiv: composite((inputs) => {
    const [a, b] = [tensor(inputs, 'a'), tensor(inputs, 'b')];
    // The kernel's operands are of one type: exact in int32, where a float would round.
    return tf.engine().runKernel(tf.RealDiv, { a: tf.sub(a, tf.mod(a, b)), b });
  }),
  All: logical(tf.min),
  Any: logical(tf.max),
};
