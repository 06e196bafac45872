import * as tf from '@tensorflow/tfjs';
import type { Velocity } from '../optimizers/optimizer.js';
import type { Dynamics } from '../dynamics.js';
import { products, squares, type Observable } from './observable.js';

/**
 * Left side of (FDR1'), (17), one number for every parameter tensor: `O_L = theta . grad f^B`, with theta before the
 * update; its sum over the tensors is the paper's. With a centre it is `(theta - theta_c) . grad f^B` (footnote 4),
 * which has the same stationary mean for any constant theta_c.
 *
 * @param centre theta_c, in the order of the parameters; theta itself if empty.
 * @returns float32 [tensors].
 */
export function leftObservable(
  parameters: readonly tf.Tensor[],
  gradients: readonly tf.Tensor[],
  centre: readonly tf.Tensor[] = [],
): tf.Tensor {
  const displaced = parameters.map((parameter, index) => {
    const origin = centre[index];
    return origin ? tf.sub(parameter, origin) : parameter;
  });
  return products(displaced, gradients);
}

/**
 * Right side of (FDR1'), (17), one number for every parameter tensor: `O_R = (1 + mu) / (2 (1 - nu)) eta |v|^2`, with v
 * after this step's update (`-(1 - nu) grad f^B` if mu = 0).
 *
 * @param learningRate eta, float32 [].
 * @returns float32 [tensors].
 */
export function rightObservable(velocity: Velocity, learningRate: tf.Tensor, options: Dynamics): tf.Tensor {
  const factor = ((1 + options.momentum) / (2 * (1 - options.dampening))) * velocity.scale ** 2;
  return tf.mul(tf.mul(factor, learningRate), squares(velocity.tensors));
}

/**
 * `v . grad f^B` with v **before** the update (footnote 5), for the second term of (18).
 *
 * @returns float32 [tensors].
 */
export const velocityDotGradient = (velocity: readonly tf.Tensor[], gradients: readonly tf.Tensor[]): tf.Tensor =>
  products(velocity, gradients);

export const oL: Observable = {
  name: 'oL',
  meaning: 'left side of FDR1, theta . grad f^B (17)',
  columns: 'balance',
  measure: ({ parameters, gradients, centre }) => leftObservable(parameters, gradients, centre),
};

export const oR: Observable = {
  name: 'oR',
  meaning: 'right side of FDR1, (1 + mu) / (2 (1 - nu)) eta |v|^2 (17)',
  columns: 'balance',
  needs: 'dynamics',
  measure: ({ nextVelocity, learningRate, dynamics }) => rightObservable(nextVelocity, learningRate, dynamics),
};

export const vDotGradient: Observable = {
  name: 'vDotGradient',
  meaning: 'v . grad f^B, v before the update (18)',
  columns: 'total',
  needs: 'velocity',
  measure: ({ velocity, gradients }) => velocityDotGradient(velocity, gradients),
};
