import * as tf from '@tensorflow/tfjs';
import type { OptimizerOptions } from '@fdr/records';
import { zip } from '../zip.js';
import type { OptimizerState } from './optimizer.js';

// Shared by Adam and AMSGrad.

/** beta_1, beta_2 and epsilon, checked. */
type MomentOptions = OptimizerOptions<'adam'>;

/** Slots of the state: m and v. */
export const MOMENT_SLOTS = ['firstMoment', 'secondMoment'] as const;
/** Scalars of the state: the weights of m and v, `1 - beta^t`. */
export const MOMENT_SCALARS = ['firstWeight', 'secondWeight'] as const;
type MomentState = OptimizerState<(typeof MOMENT_SLOTS)[number], (typeof MOMENT_SCALARS)[number]>;

/** `decay average + (1 - decay) value`. */
const averaged = (decay: number, average: tf.Tensor, value: tf.Tensor | number): tf.Tensor =>
  tf.add(tf.mul(decay, average), tf.mul(1 - decay, value));

/**
 * The moments after one more gradient g, all zero at the start:
 *
 *     m <- beta_1 m + (1 - beta_1) g,      v <- beta_2 v + (1 - beta_2) g^2
 *
 * The weights, `1 - beta^t`, are the same averages of ones. The state holds them instead of the number of steps because in float32
 * they are accurate to a few parts in 10^5 at any t, whereas `1 - beta^t` computed from a power loses its digits.
 */
export const nextMoments = (
  gradients: readonly tf.Tensor[],
  { slots, scalars }: MomentState,
  { beta1, beta2 }: MomentOptions,
): MomentState => ({
  slots: {
    firstMoment: zip(slots.firstMoment, gradients).map(([moment, gradient]) => averaged(beta1, moment, gradient)),
    secondMoment: zip(slots.secondMoment, gradients).map(([moment, gradient]) =>
      averaged(beta2, moment, tf.square(gradient)),
    ),
  },
  scalars: {
    firstWeight: averaged(beta1, scalars.firstWeight, 1),
    secondWeight: averaged(beta2, scalars.secondWeight, 1),
  },
});

/**
 * The step of Adam, `theta - eta (m / w_1) / (sqrt(s / w_2) + epsilon)`, where w are the weights and s is a second moment, or its maximum.
 * Computed as `theta - (eta sqrt(w_2) / w_1) m / (sqrt(s) + epsilon sqrt(w_2))`: one pass less over each tensor.
 */
export function adamUpdate(
  parameters: readonly tf.Tensor[],
  { slots, scalars }: MomentState,
  squares: readonly tf.Tensor[],
  learningRate: tf.Tensor,
  epsilon: number,
): tf.Tensor[] {
  const root = tf.sqrt(scalars.secondWeight);
  const rate = tf.div(tf.mul(learningRate, root), scalars.firstWeight);
  const offset = tf.mul(epsilon, root);
  return zip(parameters, slots.firstMoment, squares).map(([parameter, moment, square]) =>
    tf.sub(parameter, tf.mul(rate, tf.div(moment, tf.add(tf.sqrt(square), offset)))),
  );
}
