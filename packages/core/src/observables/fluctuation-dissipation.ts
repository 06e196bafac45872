import * as tf from '@tensorflow/tfjs';
import { products, squares, type Observable } from './observable.js';

/**
 * Left side of (FDR1'), (17), one number for every parameter tensor: `O_L = theta . grad f^B`, with theta before the
 * update; its sum over the tensors is the paper's. With a centre it is `(theta - theta_c) . grad f^B` (footnote 4),
 * which has the same stationary mean for any constant theta_c.
 */
export const oL: Observable = {
  name: 'oL',
  meaning: 'left side of FDR1, theta . grad f^B (17)',
  columns: 'balance',
  measure: ({ parameters, gradients, centre }) => {
    const displaced = parameters.map((parameter, index) => {
      const origin = centre[index];
      return origin ? tf.sub(parameter, origin) : parameter;
    });
    return products(displaced, gradients);
  },
};

/**
 * Right side of (FDR1'), (17), one number for every parameter tensor: `O_R = (1 + mu) / (2 (1 - nu)) eta |v|^2`, with v
 * after this step's update (`-(1 - nu) grad f^B` if mu = 0).
 */
export const oR: Observable = {
  name: 'oR',
  meaning: 'right side of FDR1, (1 + mu) / (2 (1 - nu)) eta |v|^2 (17)',
  columns: 'balance',
  needs: 'dynamics',
  measure: ({ nextVelocity: { scale, tensors }, learningRate, dynamics: { momentum, dampening } }) => {
    const factor = ((1 + momentum) / (2 * (1 - dampening))) * scale ** 2;
    return tf.mul(tf.mul(factor, learningRate), squares(tensors));
  },
};

/** `v . grad f^B` with v **before** the update (footnote 5), for the second term of (18). */
export const vDotGradient: Observable = {
  name: 'vDotGradient',
  meaning: 'v . grad f^B, v before the update (18)',
  columns: 'total',
  needs: 'velocity',
  measure: ({ velocity, gradients }) => products(velocity, gradients),
};
