import * as tf from '@tensorflow/tfjs';
import { namedSlot, slotSpecs, slotTensors } from '../parameters.js';
import type { Objective } from '../objective.js';
import { products } from '../observables/observable.js';
import { inRange, oneOf } from '../validate.js';
import type { Program } from '@fdr/program';
import { zip } from '../zip.js';

/**
 * How second derivatives are taken.
 *
 * `exact`: the gradient's own gradient. TensorFlow.js has none for convolutions, whose filter gradient it can't differentiate.
 * `central-differences`: two gradients a little to either side, for any model.
 *
 * With ReLU the two differ. Where a unit's input changes sign the gradient jumps. A second derivative misses the jump; a difference
 * over a finite distance contains it, and SGD too moves by finite distances. Along the noise of a stationary perceptron (784, 64,
 * 64, 10; 10,000 digits of MNIST; learning rate 0.1) differences of width 1e-3 and 1e-2 gave 4 % and 11 % more than `exact`.
 */
export type HessianMethod = 'exact' | 'central-differences';

/** How Hessian-vector products are computed. */
export interface HessianOptions {
  /** lambda, at least 0; adds lambda to every second derivative. */
  readonly weightDecay: number;
  readonly method: HessianMethod;
  /**
   * Central differences only: the distance to either side, as a part of `1 + |theta|`; in (0, 1), 1e-3 by default. At shorter distances
   * float32's rounding dominates the error, at longer ones the third derivatives.
   */
  readonly width?: number | undefined;
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
    const found = product(gradients, parameters, direction);
    if (weightDecay === 0) return found;
    return zip(found, direction).map(([tensor, along]) => tf.add(tensor, tf.mul(weightDecay, along)));
  };
}

type Gradients = (...parameters: tf.Tensor[]) => tf.Tensor[];

const exactProduct = (
  gradients: Gradients,
  parameters: readonly tf.Tensor[],
  direction: readonly tf.Tensor[],
): tf.Tensor[] =>
  tf.grads((...tensors: tf.Tensor[]) =>
    tf.addN(zip(gradients(...tensors), direction).map(([gradient, along]) => tf.sum(tf.mul(gradient, along)))),
  )([...parameters]);

const differences =
  (width: number) =>
  (gradients: Gradients, parameters: readonly tf.Tensor[], direction: readonly tf.Tensor[]): tf.Tensor[] => {
    const length = (tensors: readonly tf.Tensor[]) =>
      tf.sqrt(tf.addN(tensors.map((tensor) => tf.sum(tf.square(tensor)))));
    // A direction of length 0 has the product 0, not NaN.
    const reach = tf.div(tf.mul(width, tf.add(1, length(parameters))), tf.maximum(length(direction), 1e-30));
    const gradientsAt = (shifted: (parameter: tf.Tensor, shift: tf.Tensor) => tf.Tensor) =>
      gradients(...zip(parameters, direction).map(([parameter, along]) => shifted(parameter, tf.mul(reach, along))));
    const [ahead, behind] = [gradientsAt(tf.add), gradientsAt(tf.sub)];
    return zip(ahead, behind).map(([after, before]) => tf.div(tf.sub(after, before), tf.mul(2, reach)));
  };

/**
 * Hessian-vector products over mini-batches as a {@link Program}; over the batches of one epoch, the full batch's.
 *
 * Settings `parameters/<name>` and `direction/<name>`; inputs and constants are the objective's. State `product/<name>` is the sum of
 * `H d` so far and starts at zero. Output `curvature` [tensors]: `d . H d`, each tensor's share of the sum.
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
      const sums = zip(slotTensors('product', specs, state), product).map(([sum, added]) => tf.add(sum, added));
      return {
        state: namedSlot('product', specs, sums),
        outputs: { curvature: products(direction, product) },
      };
    },
  };
}
