import * as tf from '@tensorflow/tfjs';
import { namedSlot, slotSpecs, slotTensors } from '../parameters.js';
import { inRange, oneOf } from '../validate.js';
import type { Program } from '../program.js';
import type { Objective } from '../objective.js';

/**
 * How second derivatives are taken.
 *
 * `exact`: the gradient's own gradient. TensorFlow.js has none for convolutions, whose filter gradient it can't differentiate.
 * `central-differences`: two gradients a little to either side, for any model.
 *
 * With ReLU the two are not the same thing. Where a unit's input changes sign the gradient jumps, and a second derivative sees
 * nothing of that; a difference over a finite way does. SGD walks finite ways too. Along the noise of a stationary perceptron (784, 64,
 * 64, 10; 10,000 digits of MNIST; learning rate 0.1) differences of width 1e-3 and 1e-2 gave 4 % and 11 % more than `exact`.
 */
export type HessianMethod = 'exact' | 'central-differences';

export interface HessianOptions {
  /** lambda, at least 0; adds lambda to every second derivative. */
  readonly weightDecay: number;
  readonly method: HessianMethod;
  /**
   * Central differences only: how far to go to either side, as a part of `1 + |theta|`; in (0, 1), 1e-3 by default. Shorter ways meet
   * float32's rounding, longer ones third derivatives.
   */
  readonly width?: number;
}

/** `H d` of a mini-batch loss, tensor by tensor in the order of the parameters. Call it inside `tf.tidy`. */
export type HessianVector = (
  loss: (parameters: readonly tf.Tensor[]) => tf.Scalar,
  parameters: readonly tf.Tensor[],
  direction: readonly tf.Tensor[],
) => tf.Tensor[];

/**
 * Products of the Hessian (13) of `f^B`, L2 term included, with a vector: `(H d)_i = sum_j d_i d_j f^B d_j`.
 *
 *     exact: grad (d . grad f^B);     central differences: [grad f^B(theta + s d) - grad f^B(theta - s d)] / (2 s)
 *
 * @throws OptionError naming the option, its range and what was found.
 */
export function hessianVector(options: HessianOptions): HessianVector {
  const weightDecay = inRange('weightDecay', options.weightDecay, { min: 0 });
  const method = oneOf('method', options.method, ['exact', 'central-differences'] as const);
  const width = inRange('width', options.width ?? 1e-3, { above: 0, below: 1 });
  const product = method === 'exact' ? exactProduct : differences(width);
  return (loss, parameters, direction) => {
    const gradients = (...tensors: tf.Tensor[]) => tf.grads((...given: tf.Tensor[]) => loss(given))(tensors);
    const products = product(gradients, parameters, direction);
    return products.map((tensor, index) =>
      weightDecay === 0 ? tensor : tf.add(tensor, tf.mul(weightDecay, direction[index] as tf.Tensor)),
    );
  };
}

type Gradients = (...parameters: tf.Tensor[]) => tf.Tensor[];

const exactProduct = (
  gradients: Gradients,
  parameters: readonly tf.Tensor[],
  direction: readonly tf.Tensor[],
): tf.Tensor[] =>
  tf.grads((...tensors: tf.Tensor[]) =>
    tf.addN(gradients(...tensors).map((gradient, index) => tf.sum(tf.mul(gradient, direction[index] as tf.Tensor)))),
  )([...parameters]);

const differences =
  (width: number) =>
  (gradients: Gradients, parameters: readonly tf.Tensor[], direction: readonly tf.Tensor[]): tf.Tensor[] => {
    const length = (tensors: readonly tf.Tensor[]) =>
      tf.sqrt(tf.addN(tensors.map((tensor) => tf.sum(tf.square(tensor)))));
    // A direction of length 0 has the product 0, not NaN.
    const reach = tf.div(tf.mul(width, tf.add(1, length(parameters))), tf.maximum(length(direction), 1e-30));
    const moved = (along: (parameter: tf.Tensor, shift: tf.Tensor) => tf.Tensor) =>
      gradients(
        ...parameters.map((parameter, index) => along(parameter, tf.mul(reach, direction[index] as tf.Tensor))),
      );
    const [ahead, behind] = [moved(tf.add), moved(tf.sub)];
    return ahead.map((gradient, index) => tf.div(tf.sub(gradient, behind[index] as tf.Tensor), tf.mul(2, reach)));
  };

/**
 * Hessian-vector products over mini-batches as a {@link Program}; over the batches of one epoch, the full batch's.
 *
 * Settings `parameters/<name>` and `direction/<name>`; inputs and constants are the objective's. State `product/<name>` gathers the
 * sum of `H d`, so that it should start at zero. Output `curvature` [tensors]: `d . H d`, each tensor's share of the sum.
 *
 * @throws OptionError as {@link hessianVector}.
 */
export function hessianVectorProgram(objective: Objective, options: HessianOptions): Program {
  const { parameters: specs } = objective;
  const multiply = hessianVector(options);
  return {
    name: `${objective.name}-hessian-vector`,
    state: slotSpecs('product', specs),
    inputs: objective.inputs,
    settings: { ...slotSpecs('parameters', specs), ...slotSpecs('direction', specs) },
    constants: objective.constants,
    step: ({ state, inputs, settings, constants }) => {
      const parameters = slotTensors('parameters', specs, settings);
      const direction = slotTensors('direction', specs, settings);
      const product = multiply((tensors) => objective.loss(tensors, inputs, constants), parameters, direction);
      const sums = slotTensors('product', specs, state).map((sum, index) => tf.add(sum, product[index] as tf.Tensor));
      return {
        state: namedSlot('product', specs, sums),
        outputs: { curvature: alongEach(direction, product) },
      };
    },
  };
}

/** `a . b` of each pair of tensors: float32 [tensors]. */
export const alongEach = (left: readonly tf.Tensor[], right: readonly tf.Tensor[]): tf.Tensor =>
  tf.stack(left.map((tensor, index) => tf.sum(tf.mul(tensor, right[index] as tf.Tensor))));
