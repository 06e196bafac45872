import * as tf from '@tensorflow/tfjs';
import { OPTIMIZER_OPTIONS, type OptimizerOptions } from '@fdr/records';
import { resolveOptions } from '../validate.js';
import { zip } from '../zip.js';
import { sumOfSquares } from './norms.js';
import { defineOptimizer, type Optimizer } from './optimizer.js';

/** Keeps the first denominator above zero; added once, as by the authors. */
const EPSILON = 1e-8;

/**
 * DoG, distance over gradients (Ivgi, Hinder and Carmon 2023): SGD whose rate is found on the way. With g = grad f^B(theta), norms over all
 * parameters together, and r_eps the first movement,
 *
 *     r_0 = r_eps (1 + |theta_0|),      r_t = max(r_(t-1), |theta_t - theta_0|)
 *     G_t = G_(t-1) + |g|^2
 *     theta <- theta - eta r_t / sqrt(G_t) g
 *
 * eta is a factor, 1 in the paper, and the learning rate that is recorded. The state holds theta - theta_0 as the sum of the updates, so that it
 * begins at zero. The iterates do not settle: their average is the model, `polynomialAverage` by the authors; without one the training warns.
 *
 * These are the numbers of the package `dog-optimizer`; the L2 term is part of the loss, as its `weight_decay` is. The rate changes at each step,
 * so that there is no eta for which (FDR1) is derived: O_R, its ratio and O_FB have no meaning here.
 *
 * @param options see `OPTIMIZER_OPTIONS.dog` for ranges and defaults.
 * @throws OptionError naming the option, its range and what was found.
 * @example dog().slots // ['displacement']
 */
export function dog(options: Partial<OptimizerOptions<'dog'>> = {}): Optimizer {
  const settings = resolveOptions(OPTIMIZER_OPTIONS.dog, options);
  return defineOptimizer({
    settings: { kind: 'dog', ...settings },
    slots: ['displacement'],
    scalars: ['steps', 'radius', 'gradientSquares'],
    needsAverage: true,
    update: (parameters, gradients, { slots, scalars }, learningRate) => {
      // 1 at the first step, 0 afterwards.
      const first = tf.maximum(0, tf.sub(1, scalars.steps));
      const start = tf.mul(settings.initialMovement, tf.add(1, tf.sqrt(sumOfSquares(parameters))));
      const distance = tf.sqrt(sumOfSquares(slots.displacement));
      const radius = tf.maximum(tf.maximum(scalars.radius, distance), tf.mul(first, start));
      const gradientSquares = tf.addN([scalars.gradientSquares, sumOfSquares(gradients), tf.mul(first, EPSILON)]);
      const rate = tf.div(tf.mul(learningRate, radius), tf.sqrt(gradientSquares));
      const moved = (tensors: readonly tf.Tensor[]): tf.Tensor[] =>
        zip(tensors, gradients).map(([tensor, gradient]) => tf.sub(tensor, tf.mul(rate, gradient)));
      return {
        parameters: moved(parameters),
        state: {
          slots: { displacement: moved(slots.displacement) },
          scalars: { steps: tf.add(scalars.steps, 1), radius, gradientSquares },
        },
      };
    },
  });
}
