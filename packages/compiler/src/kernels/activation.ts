import * as tf from '@tensorflow/tfjs';
import { formula, unary } from './arithmetic.js';
import { composite, tensor } from './composite.js';
import { input, withAttributes, type KernelTable } from './kernel.js';
import { operand } from './operands.js';

/** Activation functions beyond ReLU, and their gradients. */
export const activations: KernelTable = {
  Relu6: formula((x, { graph }) =>
    graph.emit('Clip', [x, graph.constant([0], [], 'float32'), graph.constant([6], [], 'float32')]),
  ),
  LeakyRelu: withAttributes<tf.LeakyReluAttrs>(({ recorder, inputs, attributes: { alpha } }) => {
    const x = input({ inputs }, 'x');
    const { name, layout } = operand(recorder, x);
    const y = recorder.graph.emit('LeakyRelu', [name], { alpha: { float: alpha } });
    return recorder.node(y, x.shape, x.dtype, { layout });
  }),
  Elu: unary('Elu'),
  /** By the output y = exp(x) - 1: the derivative is y + 1 below zero. */
  EluGrad: composite((inputs) => {
    const [dy, y] = [tensor(inputs, 'dy'), tensor(inputs, 'y')];
    return tf.where(tf.greaterEqual(y, 0), dy, tf.mul(dy, tf.add(y, 1)));
  }),
  /** ONNX's default constants are TensorFlow.js's, after Klambauer et al. 2017. */
  Selu: unary('Selu'),
  Prelu: composite((inputs) => {
    const [x, alpha] = [tensor(inputs, 'x'), tensor(inputs, 'alpha')];
    return tf.where(tf.less(x, 0), tf.mul(x, alpha), x);
  }),
  Erf: unary('Erf'),
};
