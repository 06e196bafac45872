import * as tf from '@tensorflow/tfjs';
import { OPTIMIZER_OPTIONS, type OptimizerOptions } from '@fdr/records';
import { resolveOptions } from '../validate.js';
import { zip } from '../zip.js';
import { absoluteSum, dotProduct } from './norms.js';
import { defineOptimizer, type Optimizer } from './optimizer.js';

/** Far below any sum of gradients that matters, and above zero. */
const LEAST = 1e-30;

/**
 * Prodigy (Mishchenko and Defazio 2023): Adam whose rate is an estimate d of the distance to the solution, found on the way. With g = grad
 * f^B(theta), D = d eta, beta_3 = sqrt(beta_2), and d = d_0 at the start,
 *
 *     p <- beta_3 p + (d / d_0) D g . (theta_0 - theta)         s <- beta_3 s + (d / d_0) D g
 *     m <- beta_1 m + (1 - beta_1) d g                          v <- beta_2 v + (1 - beta_2) d^2 g^2
 *     d' = max(d, p / |s|_1)
 *     theta <- theta - D m / (sqrt(v) + d' epsilon)
 *
 * eta is a factor, 1 in the paper, and the learning rate that is recorded. The state holds theta - theta_0 as the sum of the updates, and d only
 * where it is above d_0, so that all of it begins at zero.
 *
 * These are the numbers of the package `prodigyopt` without bias correction and with `decouple=False`: the L2 term is part of the loss and goes
 * through the moments. The relations of the paper are derived for (10) and (11) alone; here O_R, its ratio and O_FB have no meaning.
 *
 * @param options see `OPTIMIZER_OPTIONS.prodigy` for ranges and defaults.
 * @throws OptionError naming the option, its range and what was found.
 * @example prodigy().slots // ['displacement', 'firstMoment', 'secondMoment', 'gradientSum']
 */
export function prodigy(options: Partial<OptimizerOptions<'prodigy'>> = {}): Optimizer {
  const settings = resolveOptions(OPTIMIZER_OPTIONS.prodigy, options);
  const { beta1, beta2, epsilon, initialDistance } = settings;
  const beta3 = Math.sqrt(beta2);
  return defineOptimizer({
    settings: { kind: 'prodigy', ...settings },
    slots: ['displacement', 'firstMoment', 'secondMoment', 'gradientSum'],
    scalars: ['distance', 'progress'],
    update: (parameters, gradients, { slots, scalars }, learningRate) => {
      const before = tf.maximum(scalars.distance, initialDistance);
      const rate = tf.mul(before, learningRate);
      const weight = tf.mul(tf.div(before, initialDistance), rate);
      const gained = tf.mul(tf.neg(weight), dotProduct(gradients, slots.displacement));
      const progress = tf.add(tf.mul(beta3, scalars.progress), gained);
      const decayed = (decay: number, tensors: readonly tf.Tensor[], factor: tf.Tensor, values: readonly tf.Tensor[]) =>
        zip(tensors, values).map(([tensor, value]) => tf.add(tf.mul(decay, tensor), tf.mul(factor, value)));
      const gradientSum = decayed(beta3, slots.gradientSum, weight, gradients);
      const firstMoment = decayed(beta1, slots.firstMoment, tf.mul(1 - beta1, before), gradients);
      const squares = gradients.map((gradient) => tf.square(gradient));
      const secondMoment = decayed(beta2, slots.secondMoment, tf.mul(1 - beta2, tf.square(before)), squares);
      const distance = tf.maximum(before, tf.div(progress, tf.maximum(absoluteSum(gradientSum), LEAST)));
      const offset = tf.mul(epsilon, distance);
      const steps = zip(firstMoment, secondMoment).map(([moment, square]) =>
        tf.mul(rate, tf.div(moment, tf.add(tf.sqrt(square), offset))),
      );
      const moved = (tensors: readonly tf.Tensor[]): tf.Tensor[] =>
        zip(tensors, steps).map(([tensor, step]) => tf.sub(tensor, step));
      return {
        parameters: moved(parameters),
        state: {
          slots: { displacement: moved(slots.displacement), firstMoment, secondMoment, gradientSum },
          scalars: { distance, progress },
        },
      };
    },
  });
}
