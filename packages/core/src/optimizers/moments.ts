import * as tf from '@tensorflow/tfjs';
import { inRange } from '../validate.js';
import type { OptimizerState } from './optimizer.js';

/** What Adam and AMSGrad share. */
export interface MomentOptions {
  /** beta_1, in [0, 1); 0.9 by default. */
  readonly firstMomentDecay?: number;
  /** beta_2, in [0, 1); 0.999 by default. */
  readonly secondMomentDecay?: number;
  /** The small number added to the denominator, in [1e-30, 1]; 1e-8 by default. */
  readonly denominatorOffset?: number;
}

/** @throws OptionError naming the option, its range and what was found. */
export const checkedMoments = ({
  firstMomentDecay = 0.9,
  secondMomentDecay = 0.999,
  denominatorOffset = 1e-8,
}: MomentOptions): Required<MomentOptions> => ({
  firstMomentDecay: inRange('firstMomentDecay', firstMomentDecay, { min: 0, below: 1 }),
  secondMomentDecay: inRange('secondMomentDecay', secondMomentDecay, { min: 0, below: 1 }),
  // Smaller ones vanish in float32 beside the correction, and a gradient of zero would be divided by zero.
  denominatorOffset: inRange('denominatorOffset', denominatorOffset, { min: 1e-30, max: 1 }),
});

export interface Moments {
  readonly firstMoment: readonly tf.Tensor[];
  readonly secondMoment: readonly tf.Tensor[];
  /** Total weight of the gradients in the first average: `1 - beta_1^t`. */
  readonly firstWeight: tf.Tensor;
  /** Total weight of the squares in the second average: `1 - beta_2^t`. */
  readonly secondWeight: tf.Tensor;
}

export const MOMENT_SLOTS = ['firstMoment', 'secondMoment'] as const;
export const MOMENT_SCALARS = ['firstWeight', 'secondWeight'] as const;

/** `decay average + (1 - decay) value`. */
const averaged = (decay: number, average: tf.Tensor, value: tf.Tensor | number): tf.Tensor =>
  tf.add(tf.mul(decay, average), tf.mul(1 - decay, value));

/**
 * The moments after one more gradient g, all zero at the start:
 *
 *     m <- beta_1 m + (1 - beta_1) g,      v <- beta_2 v + (1 - beta_2) g^2
 *
 * The weights, `1 - beta^t`, are the same averages of ones. They are carried instead of the number of steps because float32
 * keeps them to a few parts in 10^5 at any t, where a power of beta loses its digits beside one.
 */
export function nextMoments(
  gradients: readonly tf.Tensor[],
  { slots, scalars }: OptimizerState,
  { firstMomentDecay, secondMomentDecay }: Required<MomentOptions>,
): Moments {
  return {
    firstMoment: gradients.map((gradient, index) =>
      averaged(firstMomentDecay, slots['firstMoment']?.[index] as tf.Tensor, gradient),
    ),
    secondMoment: gradients.map((gradient, index) =>
      averaged(secondMomentDecay, slots['secondMoment']?.[index] as tf.Tensor, tf.square(gradient)),
    ),
    firstWeight: averaged(firstMomentDecay, scalars['firstWeight'] as tf.Tensor, 1),
    secondWeight: averaged(secondMomentDecay, scalars['secondWeight'] as tf.Tensor, 1),
  };
}

/**
 * `theta - eta (m / w_1) / (sqrt(s / w_2) + offset)`, where w are the weights and s is a second moment, or its maximum.
 * Computed as `theta - (eta sqrt(w_2) / w_1) m / (sqrt(s) + offset sqrt(w_2))`: one pass less over each tensor.
 */
export function corrected(
  parameters: readonly tf.Tensor[],
  { firstMoment, firstWeight, secondWeight }: Moments,
  squares: readonly tf.Tensor[],
  learningRate: tf.Tensor,
  denominatorOffset: number,
): tf.Tensor[] {
  const root = tf.sqrt(secondWeight);
  const rate = tf.div(tf.mul(learningRate, root), firstWeight);
  const offset = tf.mul(denominatorOffset, root);
  return parameters.map((parameter, index) => {
    const denominator = tf.add(tf.sqrt(squares[index] as tf.Tensor), offset);
    return tf.sub(parameter, tf.mul(rate, tf.div(firstMoment[index] as tf.Tensor, denominator)));
  });
}
