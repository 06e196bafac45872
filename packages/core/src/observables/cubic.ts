import * as tf from '@tensorflow/tfjs';
import { products, type Observable } from './observable.js';

/**
 * Left side of the cubic relation (14), contracted to a scalar.
 *
 * (14) has three indices. The contraction here is i = j = k and the sum over k, the stationarity of `<sum_k theta_k^3>`:
 *
 *     <sum theta^2 g> = eta <sum theta g^2> - 1/3 eta^2 <sum g^3>,    g = grad f^B, products element by element,
 *
 * (14) divided by 3. Contracting i = j alone leaves a vector, and a constant vector to multiply it by would have to be chosen (theta
 * itself is not constant, and gives the quartic relation). The contraction i = j = k depends on the axes of parameter space, which for a
 * network are its weights.
 *
 * It holds for every tensor separately, and with momentum and dampening as well. Cubing (11), with v' the velocity after the update,
 *
 *     sum theta'^3 - sum theta^3 = 3 eta sum theta^2 v' + 3 eta^2 sum theta v'^2 + eta^3 sum v'^3,
 *
 * and v' = mu v - (1 - nu) g in the first term alone gives, at each step,
 *
 *     cubicLeft  = sum theta^2 g
 *     cubicRight = [mu sum theta^2 v + eta sum theta v'^2 + 1/3 eta^2 sum v'^3] / (1 - nu)
 *     cubicLeft - cubicRight = -D(sum theta^3) / (3 eta (1 - nu)),
 *
 * whose sum over any window of constant eta telescopes (`cubicDefect`). For mu = nu = 0, v' = -g: the relation above.
 */
export const cubicLeft: Observable = {
  name: 'cubicLeft',
  meaning: 'left side of the cubic relation, sum theta^2 grad f^B (14), i = j = k',
  columns: 'tensors',
  measure: ({ parameters, gradients }) => products(parameters, parameters, gradients),
};

/** Right side of the cubic relation (14): see {@link cubicLeft}. */
export const cubicRight: Observable = {
  name: 'cubicRight',
  meaning: 'right side of the cubic relation, eta sum theta g^2 - 1/3 eta^2 sum g^3 without momentum (14), i = j = k',
  columns: 'tensors',
  needs: 'dynamics',
  measure: ({ parameters, velocity, nextVelocity: { scale, tensors }, learningRate, dynamics }) => {
    const second = tf.mul(tf.mul(scale ** 2, learningRate), products(parameters, tensors, tensors));
    const third = tf.mul(tf.mul(scale ** 3 / 3, tf.square(learningRate)), products(tensors, tensors, tensors));
    const first = velocity.length > 0 ? [tf.mul(dynamics.momentum, products(parameters, parameters, velocity))] : [];
    return tf.div(tf.addN([...first, second, third]), 1 - dynamics.dampening);
  },
};
