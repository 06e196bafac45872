import * as tf from '@tensorflow/tfjs';
import { zip } from '../zip.js';

/** Over the elements of all tensors together: float32 []. */
export const sumOfSquares = (tensors: readonly tf.Tensor[]): tf.Tensor =>
  tf.addN(tensors.map((tensor) => tf.sum(tf.square(tensor))));

/** `sum |element|` of all tensors together: float32 []. */
export const absoluteSum = (tensors: readonly tf.Tensor[]): tf.Tensor =>
  tf.addN(tensors.map((tensor) => tf.sum(tf.abs(tensor))));

/** The scalar product of all tensors together: float32 []. */
export const dotProduct = (left: readonly tf.Tensor[], right: readonly tf.Tensor[]): tf.Tensor =>
  tf.addN(zip(left, right).map(([one, other]) => tf.sum(tf.mul(one, other))));
