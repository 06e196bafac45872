import * as tf from '@tensorflow/tfjs';
import type { Velocity } from '../optimizers/optimizer.js';
import type { Dynamics } from '../dynamics.js';
import { zip } from '../zip.js';

/** What one step has to be read from; tensors stand in the order of the parameters. */
export interface MeasuredStep {
  /** theta, before the update. */
  readonly parameters: readonly tf.Tensor[];
  /** grad f^B(theta), L2 term included. */
  readonly gradients: readonly tf.Tensor[];
  /** theta after the update. */
  readonly nextParameters: readonly tf.Tensor[];
  /** theta_c of footnote 4; empty if there is none. */
  readonly centre: readonly tf.Tensor[];
  /** eta, float32 []. */
  readonly learningRate: tf.Tensor;
  /** v of (10) before the update; empty if none is carried from step to step. */
  readonly velocity: readonly tf.Tensor[];
  /** v of (10) after the update; for observables that need the dynamics. */
  readonly nextVelocity: Velocity;
  /** mu and nu of (10); for observables that need the dynamics. */
  readonly dynamics: Dynamics;
}

/**
 * A number to read at each step, one for every parameter tensor. It sees the step and changes nothing of it. A new one is a
 * file with such a record and a row in the catalogue.
 */
export interface Observable {
  /** Its column; what it is of one tensor is recorded as `<name>/<tensor>`. */
  readonly name: string;
  /** In one line, with the paper's symbol and equation. */
  readonly meaning: string;
  /**
   * What is recorded: `balance` the total with its half-running average at each step and every tensor (the sides of FDR1);
   * `total` the total alone; `tensors` the total and every tensor.
   */
  readonly columns: 'balance' | 'total' | 'tensors';
  /** What there must be: `dynamics` an update by (10) and (11); `velocity` also a velocity that is carried from step to step. */
  readonly needs?: 'dynamics' | 'velocity';
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
