import * as tf from '@tensorflow/tfjs';
import type { Dynamics } from '../dynamics.js';
import { inRange } from '../validate.js';
import type { Optimizer } from './optimizer.js';


/** The one optimizer of which the paper speaks: its `dynamics` are known. */
export interface Sgd extends Optimizer, Dynamics {
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
 * @param options momentum in [0, 1), dampening in [0, 1).
 * @throws OptionError naming the option, its range and what was found.
 * @example sgd({ momentum: 0.9, dampening: 0 }).slots // ['velocity']
 */
export function sgd({ momentum, dampening }: Dynamics): Sgd {
  inRange('momentum', momentum, { min: 0, below: 1 });
  inRange('dampening', dampening, { min: 0, below: 1 });
  const dynamics = { momentum, dampening };
  const undamped = 1 - dampening;
  const face = { name: 'sgd', ...dynamics, dynamics, hyperparameters: dynamics, scalars: [] };
  if (momentum === 0)
    return {
      ...face,
      slots: [],
      update: (parameters, gradients, state, learningRate) => {
        const rate = scaled(undamped, learningRate);
        return {
          parameters: parameters.map((parameter, index) =>
            tf.sub(parameter, tf.mul(rate, gradients[index] as tf.Tensor)),
          ),
          state,
          velocity: { scale: -undamped, tensors: gradients },
        };
      },
    };
  return {
    ...face,
    slots: ['velocity'],
    update: (parameters, gradients, { slots }, learningRate) => {
      const velocity = gradients.map((gradient, index) =>
        tf.sub(tf.mul(momentum, slots['velocity']?.[index] as tf.Tensor), scaled(undamped, gradient)),
      );
      return {
        parameters: parameters.map((parameter, index) =>
          tf.add(parameter, tf.mul(learningRate, velocity[index] as tf.Tensor)),
        ),
        state: { slots: { velocity }, scalars: {} },
        velocity: { scale: 1, tensors: velocity },
      };
    },
  };
}
