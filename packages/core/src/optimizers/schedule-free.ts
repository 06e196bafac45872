import * as tf from '@tensorflow/tfjs';
import { OPTIMIZER_OPTIONS, type OptimizerOptions } from '@fdr/records';
import { resolveOptions } from '../validate.js';
import { zip } from '../zip.js';
import { defineOptimizer, type Optimizer } from './optimizer.js';

/**
 * Schedule-Free SGD (Defazio et al. 2024): steps are made from z, gradients are taken between z and its weighted mean x, and x is the model. At
 * step k = 0, 1, ... with rate e_k = eta min(1, (k + 1) / warm-up),
 *
 *     g = grad f^B(y),      y = (1 - beta) z + beta x
 *     z <- z - e_k g
 *     x <- x + c (z - x),   c = w_k / (w_0 + ... + w_k),   w_k = (max of e_0 ... e_k)^2
 *
 * The parameters of the training are x: it is what is evaluated, saved and started from, and no mode has to be set. The state holds z - x, which is
 * zero at the start. With u = (z - x) - e g the two updates are `x <- x + c u` and `z - x <- (1 - c) u`. Instead of the sum of weights the state
 * holds it over the last one, 1 / c, which in float32 counts a constant rate's steps exactly.
 *
 * These are the numbers of the package `schedulefree` (`SGDScheduleFree`, r = 0, weight_lr_power = 2); the L2 term is part of the loss, at y,
 * as its `weight_decay` is. The relations of the paper are derived for (10) and (11) alone: O_L is y . grad f^B(y); O_R, its ratio and O_FB
 * have no meaning here.
 *
 * @param options see `OPTIMIZER_OPTIONS['schedule-free']` for ranges and defaults.
 * @throws OptionError naming the option, its range and what was found.
 * @example scheduleFree().slots // ['offset']
 */
export function scheduleFree(options: Partial<OptimizerOptions<'schedule-free'>> = {}): Optimizer {
  const settings = resolveOptions(OPTIMIZER_OPTIONS['schedule-free'], options);
  const { interpolation, warmupSteps } = settings;
  return defineOptimizer({
    settings: { kind: 'schedule-free', ...settings },
    slots: ['offset'],
    scalars: ['steps', 'largestRate', 'weights'],
    gradientPoint: (parameters, { slots }) =>
      zip(parameters, slots.offset).map(([parameter, offset]) => tf.add(parameter, tf.mul(1 - interpolation, offset))),
    update: (parameters, gradients, { slots, scalars }, learningRate) => {
      const steps = tf.add(scalars.steps, 1);
      const rate = warmupSteps === 0 ? learningRate : tf.mul(learningRate, tf.minimum(1, tf.div(steps, warmupSteps)));
      const largestRate = tf.maximum(scalars.largestRate, rate);
      const weights = tf.add(1, tf.mul(scalars.weights, tf.square(tf.div(scalars.largestRate, largestRate))));
      const share = tf.div(1, weights);
      const rest = tf.sub(1, share);
      const offsets = zip(slots.offset, gradients).map(([offset, gradient]) => tf.sub(offset, tf.mul(rate, gradient)));
      return {
        parameters: zip(parameters, offsets).map(([parameter, offset]) => tf.add(parameter, tf.mul(share, offset))),
        state: {
          slots: { offset: offsets.map((offset) => tf.mul(rest, offset)) },
          scalars: { steps, largestRate, weights },
        },
      };
    },
  });
}
