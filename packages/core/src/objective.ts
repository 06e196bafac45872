import type * as tf from '@tensorflow/tfjs';
import type { ParameterSpec } from './parameters.js';
import type { Tensors, TensorSpecs } from './program.js';

/** What is minimized: a mini-batch loss as a pure function of parameters and batch, its L2 term left out. */
export interface Objective {
  readonly name: string;
  readonly parameters: readonly ParameterSpec[];
  /** What one step is given: the indices of its examples, say. */
  readonly inputs: TensorSpecs;
  /** What stays in place: the data. */
  readonly constants: TensorSpecs;
  /**
   * @param parameters in the order of {@link Objective.parameters}.
   * @returns float32 [].
   */
  readonly loss: (parameters: readonly tf.Tensor[], inputs: Tensors, constants: Tensors) => tf.Scalar;
}
