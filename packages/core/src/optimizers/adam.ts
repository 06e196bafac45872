import { OPTIMIZER_OPTIONS, type OptimizerOptions } from '@fdr/records';
import { resolveOptions } from '../validate.js';
import { adamUpdate, MOMENT_SCALARS, MOMENT_SLOTS, nextMoments } from './moments.js';
import { defineOptimizer, type Optimizer } from './optimizer.js';

/**
 * Adam (Kingma and Ba 2014, algorithm 1), with g = grad f^B(theta), element by element:
 *
 *     m <- beta_1 m + (1 - beta_1) g,      v <- beta_2 v + (1 - beta_2) g^2
 *     theta <- theta - eta (m / (1 - beta_1^t)) / (sqrt(v / (1 - beta_2^t)) + epsilon)
 *
 * PyTorch's, optax's and TensorFlow.js's Adam compute the same; the default epsilon of the last is its backend's, 1e-7.
 *
 * The L2 term is part of the loss, so its gradient goes through the moments, as in PyTorch's `weight_decay` of Adam (not AdamW).
 * The relations of the paper are derived for (10) and (11) alone; here O_R, its ratio and O_FB have no meaning.
 *
 * @param options see `OPTIMIZER_OPTIONS.adam`; the paper's (appendix C.1) by default, with which a learning rate of 1e-3 belongs.
 * @throws OptionError naming the option, its range and what was found.
 * @example adam().slots // ['firstMoment', 'secondMoment']
 */
export function adam(options: Partial<OptimizerOptions<'adam'>> = {}): Optimizer {
  const settings = resolveOptions(OPTIMIZER_OPTIONS.adam, options);
  return defineOptimizer({
    settings: { kind: 'adam', ...settings },
    slots: MOMENT_SLOTS,
    scalars: MOMENT_SCALARS,
    update: (parameters, gradients, before, learningRate) => {
      const state = nextMoments(gradients, before, settings);
      const { secondMoment } = state.slots;
      return { parameters: adamUpdate(parameters, state, secondMoment, learningRate, settings.epsilon), state };
    },
  });
}
