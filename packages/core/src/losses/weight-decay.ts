import * as tf from '@tensorflow/tfjs';

/**
 * The L2 term `1/2 lambda |theta|^2` over all parameters, biases too; part of `f^B`, so that its gradient contains
 * `lambda theta`.
 *
 * @param weightDecay lambda, at least 0.
 * @returns float32 [].
 */
export function weightDecayTerm(parameters: readonly tf.Tensor[], weightDecay: number): tf.Scalar {
  const squares = parameters.map((parameter) => tf.sum(tf.square(parameter)));
  return tf.mul(weightDecay / 2, tf.addN(squares));
}

/** {@link weightDecayTerm} of plain values, in double precision. */
export function weightDecayValue(parameters: readonly Float32Array[], weightDecay: number): number {
  let sum = 0;
  for (const values of parameters) for (const value of values) sum += value * value;
  return (weightDecay / 2) * sum;
}
