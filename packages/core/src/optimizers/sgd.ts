import * as tf from '@tensorflow/tfjs';
import { OPTIMIZER_OPTIONS, type OptimizerOptions } from '@fdr/records';
import type { Dynamics } from '../dynamics.js';
import { resolveOptions } from '../validate.js';
import { zip } from '../zip.js';
import { defineOptimizer, type Optimizer } from './optimizer.js';

/** The optimizer of the paper, with its `dynamics`. */
export interface Sgd extends Optimizer {
  readonly dynamics: Dynamics;
}

/** `factor * tensor`, without a pass over the tensor where the factor is one. */
const scaled = (factor: number, tensor: tf.Tensor): tf.Tensor => (factor === 1 ? tensor : tf.mul(factor, tensor));

/**
 * Stochastic gradient descent with momentum and dampening, equations (10) and (11):
 *
 *     v <- mu v - (1 - nu) grad f^B(theta)
 *     theta <- theta + eta v
 *
 * v starts at zero. PyTorch's SGD differs in two ways: it skips the dampening at its first step, and its buffer is
 * `-v`. As here, its learning rate stands outside the buffer, so a changed rate acts on the whole velocity at once.
 *
 * @param options momentum in [0, 1) and dampening in [0, 1), 0 by default.
 * @throws OptionError naming the option, its range and what was found.
 * @example sgd({ momentum: 0.9 }).slots // ['velocity']
 */
export function sgd(options: Partial<OptimizerOptions<'sgd'>> = {}): Sgd {
  const dynamics = resolveOptions(OPTIMIZER_OPTIONS.sgd, options);
  return { ...(dynamics.momentum === 0 ? plainSgd(dynamics) : momentumSgd(dynamics)), dynamics };
}

/** mu = 0: v is the scaled gradient of the step, and there is no state. */
function plainSgd(dynamics: Dynamics): Optimizer {
  const undamped = 1 - dynamics.dampening;
  return defineOptimizer({
    settings: { kind: 'sgd', ...dynamics },
    slots: [],
    scalars: [],
    update: (parameters, gradients, state, learningRate) => {
      const rate = scaled(undamped, learningRate);
      return {
        parameters: zip(parameters, gradients).map(([parameter, gradient]) =>
          tf.sub(parameter, tf.mul(rate, gradient)),
        ),
        state,
        velocity: { scale: -undamped, tensors: gradients },
      };
    },
  });
}

function momentumSgd(dynamics: Dynamics): Optimizer {
  const { momentum, dampening } = dynamics;
  return defineOptimizer({
    settings: { kind: 'sgd', ...dynamics },
    slots: ['velocity'],
    scalars: [],
    update: (parameters, gradients, { slots }, learningRate) => {
      const velocity = zip(slots.velocity, gradients).map(([before, gradient]) =>
        tf.sub(tf.mul(momentum, before), scaled(1 - dampening, gradient)),
      );
      return {
        parameters: zip(parameters, velocity).map(([parameter, speed]) =>
          tf.add(parameter, tf.mul(learningRate, speed)),
        ),
        state: { slots: { velocity }, scalars: {} },
        velocity: { scale: 1, tensors: velocity },
      };
    },
  });
}
