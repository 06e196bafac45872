import * as tf from '@tensorflow/tfjs';
import { products, squares, type Observable } from './observable.js';

// The traces of (26), (27) and (28); `|grad f^B|^2` is in noise-trace.ts.

/** `theta . grad f^B` from the origin, whatever theta_c O_L is measured from: (27) and (28) are written in theta itself. */
export const parametersDotGradient: Observable = {
  name: 'parametersDotGradient',
  meaning: 'theta . grad f^B from the origin (27), (28)',
  columns: 'tensors',
  measure: ({ parameters, gradients }) => products(parameters, gradients),
};

/** `v . grad f^B`, v before the update, (26), (29): `vDotGradient` with a column for each tensor. */
export const velocityDotGradient: Observable = {
  name: 'velocityDotGradient',
  meaning: 'v . grad f^B, v before the update (26), (29)',
  columns: 'tensors',
  needs: 'velocity',
  measure: ({ velocity, gradients }) => products(velocity, gradients),
};

/** `|v|^2` before the update, (26), (27). */
export const velocitySquared: Observable = {
  name: 'velocitySquared',
  meaning: '|v|^2 before the update (26), (27)',
  columns: 'tensors',
  needs: 'velocity',
  measure: ({ velocity }) => squares(velocity),
};

/** `|v|^2` after the update, (26), (27), (28). */
export const nextVelocitySquared: Observable = {
  name: 'nextVelocitySquared',
  meaning: '|v|^2 after the update (26), (27), (28)',
  columns: 'tensors',
  needs: 'dynamics',
  measure: ({ nextVelocity: { scale, tensors } }) => tf.mul(scale ** 2, squares(tensors)),
};

/** `v . theta`, both before the update, (27), (28). */
export const velocityDotParameters: Observable = {
  name: 'velocityDotParameters',
  meaning: 'v . theta, both before the update (27), (28)',
  columns: 'tensors',
  needs: 'velocity',
  measure: ({ velocity, parameters }) => products(velocity, parameters),
};

/** `v . theta`, both after the update, (27). */
export const nextVelocityDotParameters: Observable = {
  name: 'nextVelocityDotParameters',
  meaning: 'v . theta, both after the update (27)',
  columns: 'tensors',
  needs: 'dynamics',
  measure: ({ nextVelocity: { scale, tensors }, nextParameters }) => tf.mul(scale, products(tensors, nextParameters)),
};
