import * as tf from '@tensorflow/tfjs';
import { checkedMoments, corrected, MOMENT_SCALARS, MOMENT_SLOTS, nextMoments, type MomentOptions } from './moments.js';
import type { Optimizer } from './optimizer.js';

/**
 * AMSGrad (Reddi, Kale and Kumar 2018, algorithm 2), with g = grad f^B(theta), element by element:
 *
 *     m <- beta_1 m + (1 - beta_1) g,      v <- beta_2 v + (1 - beta_2) g^2,      s <- max(s, v)
 *     theta <- theta - eta (m / (1 - beta_1^t)) / (sqrt(s / (1 - beta_2^t)) + offset)
 *
 * The maximum s is taken of the second moments as they are, before any correction, as Reddi et al. write it. They leave the
 * bias corrections out; here Adam's stand behind the maximum, in the step alone, and so they do in PyTorch
 * (`Adam(amsgrad=True)`), whose numbers these are. optax corrects first and takes the maximum of `v / (1 - beta_2^t)`: there a
 * large first gradient is remembered at its full size for ever, here it fades as the correction does. For t much larger than
 * 1 / (1 - beta_2) both corrections are one.
 *
 * The relations of the paper are derived for (10) and (11) alone; here O_R, its ratio and O_FB have no meaning.
 *
 * @param options the paper's (appendix C.1) by default; the learning rate that belongs to them is 1e-3.
 * @throws OptionError naming the option, its range and what was found.
 * @example amsgrad().slots // ['firstMoment', 'secondMoment', 'maximum']
 */
export function amsgrad(options: MomentOptions = {}): Optimizer {
  const hyperparameters = checkedMoments(options);
  return {
    name: 'amsgrad',
    hyperparameters: { ...hyperparameters },
    slots: [...MOMENT_SLOTS, 'maximum'],
    scalars: MOMENT_SCALARS,
    dynamics: null,
    update: (parameters, gradients, state, learningRate) => {
      const moments = nextMoments(gradients, state, hyperparameters);
      const { firstMoment, secondMoment, firstWeight, secondWeight } = moments;
      const maximum = secondMoment.map((square, index) =>
        tf.maximum(state.slots['maximum']?.[index] as tf.Tensor, square),
      );
      return {
        parameters: corrected(parameters, moments, maximum, learningRate, hyperparameters.denominatorOffset),
        state: { slots: { firstMoment, secondMoment, maximum }, scalars: { firstWeight, secondWeight } },
        velocity: null,
      };
    },
  };
}
