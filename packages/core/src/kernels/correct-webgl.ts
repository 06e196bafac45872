import * as tf from '@tensorflow/tfjs';

/**
 * Makes TensorFlow.js's webgl backend multiply matrices of odd sizes rightly.
 *
 * It stores four numbers of a matrix together, two by two, so that an odd row or column has a neighbour that is no number of the matrix. Its products
 * take these to be zero, but its elementwise operations leave other values there: exp, and with it softmax and its gradient, leaves 1. A network
 * with three classes then trains along a wrong gradient from its second step on (TensorFlow.js 4.22). Elementwise operations one number at a time
 * leave none.
 *
 * `eagerExecutor('webgl')` calls this by itself; a program that trains by `model.fit` calls it once, before its training.
 *
 * @throws Error if no webgl backend has been imported.
 */
export function correctWebglBackend(): void {
  tf.env().set('WEBGL_PACK_UNARY_OPERATIONS', false);
  tf.env().set('WEBGL_PACK_BINARY_OPERATIONS', false);
}
