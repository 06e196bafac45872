import type * as tf from '@tensorflow/tfjs';
import type { ParameterSpec } from './parameters.js';
import type { Tensors, TensorSpecs } from '@fdr/program';

/** What is minimized: a mini-batch loss as a pure function of parameters and batch, without its L2 term. */
export interface Objective {
  readonly name: string;
  readonly parameters: readonly ParameterSpec[];
  /** Inputs of one step: the indices of its examples, for instance. */
  readonly inputs: TensorSpecs;
  /** Tensors that are the same at every step: the data. */
  readonly constants: TensorSpecs;
  /**
   * @param parameters in the order of {@link Objective.parameters}.
   * @returns float32 [].
   */
  readonly loss: (parameters: readonly tf.Tensor[], inputs: Tensors, constants: Tensors) => tf.Scalar;
}
