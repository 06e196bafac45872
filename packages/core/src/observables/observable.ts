import * as tf from '@tensorflow/tfjs';
import type { Velocity } from '../optimizers/optimizer.js';
import type { Memory } from './memory.js';
import type { Dynamics } from '../dynamics.js';
import { zip } from '../zip.js';

/** One step, as observables see it; tensors are in the order of the parameters. */
export interface MeasuredStep {
  /** theta, where the gradient is taken: the parameters before the update, unless the optimizer has a `gradientPoint`. */
  readonly parameters: readonly tf.Tensor[];
  /** grad f^B(theta), L2 term included. */
  readonly gradients: readonly tf.Tensor[];
  /** theta after the update. */
  readonly nextParameters: readonly tf.Tensor[];
  /** theta_c of footnote 4; empty if O_L is measured from the origin. */
  readonly centre: readonly tf.Tensor[];
  /** eta, float32 []. */
  readonly learningRate: tf.Tensor;
  /** v of (10) before the update; empty if the optimizer's state has none. */
  readonly velocity: readonly tf.Tensor[];
  /** grad f^B of the step before, zero at the first; empty unless an observable remembers it. */
  readonly previousGradients: readonly tf.Tensor[];
  /** theta after the update less theta at the start; empty unless an observable remembers it. */
  readonly displacement: readonly tf.Tensor[];
  /** v of (10) after the update; NaN without dynamics. */
  readonly nextVelocity: Velocity;
  /** mu and nu of (10); NaN without dynamics. */
  readonly dynamics: Dynamics;
}

/**
 * A number measured at each step, for every parameter tensor. Measuring does not change the step.
 *
 * @example
 * const gradientSum: Observable = {
 *   name: 'gradientSum',
 *   meaning: 'sum of the elements of grad f^B',
 *   columns: 'tensors',
 *   measure: ({ gradients }) => tf.stack(gradients.map((gradient) => tf.sum(gradient))),
 * };
 */
export interface Observable {
  /** Name of its column; the column of one tensor is `<name>/<tensor>`. */
  readonly name: string;
  /** In one line, with the paper's symbol and equation. */
  readonly meaning: string;
  /**
   * What is recorded: `balance` the total with its half-running average at each step and every tensor (the sides of FDR1);
   * `total` the total alone; `tensors` the total and every tensor.
   */
  readonly columns: 'balance' | 'total' | 'tensors';
  /** What the optimizer must have: `dynamics` an update by (10) and (11); `velocity` also a velocity in its state. */
  readonly needs?: 'dynamics' | 'velocity' | undefined;
  /** What the training has to carry from step to step for it; nothing by default. */
  readonly remembers?: Memory | undefined;
  /** @returns float32 [tensors]; their sum is the total. */
  readonly measure: (step: MeasuredStep) => tf.Tensor;
}

/**
 * `sum_k a_k b_k ...` over the elements of each tensor, for any number of factors: float32 [tensors].
 *
 * @param factors lists of tensors, all in the order of the parameters.
 */
export const products = (...factors: readonly (readonly tf.Tensor[])[]): tf.Tensor =>
  tf.stack(
    zip<readonly tf.Tensor[]>(...factors).map((own) =>
      tf.sum(own.reduce((product, tensor) => tf.mul(product, tensor))),
    ),
  );

/** `|a|^2` of each tensor: float32 [tensors]. */
export const squares = (tensors: readonly tf.Tensor[]): tf.Tensor =>
  tf.stack(tensors.map((tensor) => tf.sum(tf.square(tensor))));
