import { checkedMoments, corrected, MOMENT_SCALARS, MOMENT_SLOTS, nextMoments, type MomentOptions } from './moments.js';
import type { Optimizer } from './optimizer.js';

/**
 * Adam (Kingma and Ba 2014, algorithm 1), with g = grad f^B(theta), element by element:
 *
 *     m <- beta_1 m + (1 - beta_1) g,      v <- beta_2 v + (1 - beta_2) g^2
 *     theta <- theta - eta (m / (1 - beta_1^t)) / (sqrt(v / (1 - beta_2^t)) + offset)
 *
 * PyTorch's, optax's and TensorFlow.js's Adam compute the same; the default offset of the last is its backend's, 1e-7.
 *
 * The L2 term is part of the loss, so its gradient goes through the moments, as in PyTorch's `weight_decay` of Adam (not AdamW).
 * The relations of the paper are derived for (10) and (11) alone; here O_R, its ratio and O_FB have no meaning.
 *
 * @param options the paper's (appendix C.1) by default; the learning rate that belongs to them is 1e-3.
 * @throws OptionError naming the option, its range and what was found.
 * @example adam().slots // ['firstMoment', 'secondMoment']
 */
export function adam(options: MomentOptions = {}): Optimizer {
  const hyperparameters = checkedMoments(options);
  return {
    name: 'adam',
    hyperparameters: { ...hyperparameters },
    slots: MOMENT_SLOTS,
    scalars: MOMENT_SCALARS,
    dynamics: null,
    update: (parameters, gradients, state, learningRate) => {
      const moments = nextMoments(gradients, state, hyperparameters);
      const { firstMoment, secondMoment, firstWeight, secondWeight } = moments;
      return {
        parameters: corrected(parameters, moments, secondMoment, learningRate, hyperparameters.denominatorOffset),
        state: { slots: { firstMoment, secondMoment }, scalars: { firstWeight, secondWeight } },
        velocity: null,
      };
    },
  };
}
