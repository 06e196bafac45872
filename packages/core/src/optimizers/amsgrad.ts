import * as tf from '@tensorflow/tfjs';
import { OPTIMIZER_OPTIONS, type OptimizerOptions } from '@fdr/records';
import { resolveOptions } from '../validate.js';
import { zip } from '../zip.js';
import { adamUpdate, MOMENT_SCALARS, MOMENT_SLOTS, nextMoments } from './moments.js';
import { defineOptimizer, type Optimizer } from './optimizer.js';

/**
 * AMSGrad (Reddi, Kale and Kumar 2018, algorithm 2), with g = grad f^B(theta), element by element:
 *
 *     m <- beta_1 m + (1 - beta_1) g,      v <- beta_2 v + (1 - beta_2) g^2,      s <- max(s, v)
 *     theta <- theta - eta (m / (1 - beta_1^t)) / (sqrt(s / (1 - beta_2^t)) + epsilon)
 *
 * s is the maximum of the uncorrected second moments, as Reddi et al. write it. They leave the bias corrections out; here Adam's
 * are applied after the maximum, in the step alone, as in PyTorch (`Adam(amsgrad=True)`), with which the numbers agree. optax
 * corrects first and takes the maximum of `v / (1 - beta_2^t)`: there a large first gradient keeps its full weight for ever,
 * here the weight decreases with the correction. For t much larger than 1 / (1 - beta_2) both corrections are one.
 *
 * The relations of the paper are derived for (10) and (11) alone; here O_R, its ratio and O_FB have no meaning.
 *
 * @param options see `OPTIMIZER_OPTIONS.amsgrad`; the paper's (appendix C.1) by default, with which a learning rate of 1e-3 belongs.
 * @throws OptionError naming the option, its range and what was found.
 * @example amsgrad().slots // ['firstMoment', 'secondMoment', 'maximum']
 */
export function amsgrad(options: Partial<OptimizerOptions<'amsgrad'>> = {}): Optimizer {
  const settings = resolveOptions(OPTIMIZER_OPTIONS.amsgrad, options);
  return defineOptimizer({
    settings: { kind: 'amsgrad', ...settings },
    slots: [...MOMENT_SLOTS, 'maximum'],
    scalars: MOMENT_SCALARS,
    update: (parameters, gradients, before, learningRate) => {
      const { slots, scalars } = nextMoments(gradients, before, settings);
      const maximum = zip(before.slots.maximum, slots.secondMoment).map(([largest, square]) =>
        tf.maximum(largest, square),
      );
      const state = { slots: { ...slots, maximum }, scalars };
      return { parameters: adamUpdate(parameters, state, maximum, learningRate, settings.epsilon), state };
    },
  });
}
