import type * as tf from '@tensorflow/tfjs';
import type { Settings } from '@fdr/records';
import type { Dynamics } from '../dynamics.js';
import {
  mergedRecords,
  namedSlot,
  slotSpecs,
  slotTensors,
  tensorNamed,
  zeroSlot,
  type ParameterSpec,
} from '../parameters.js';
import type { Tensors, TensorSpec, TensorSpecs, TensorValues } from '@fdr/program';

/** What an optimizer carries from step to step. */
export interface OptimizerState<Slot extends string = string, Scalar extends string = string> {
  /** By slot, in the order of the parameters, each of its parameter's shape. */
  readonly slots: Readonly<Record<Slot, readonly tf.Tensor[]>>;
  /** By name, float32 []. */
  readonly scalars: Readonly<Record<Scalar, tf.Tensor>>;
}

/** The velocity after an update, `scale * tensors`. The factor is separate so that plain SGD need not compute `-gradients`. */
export interface Velocity {
  readonly scale: number;
  readonly tensors: readonly tf.Tensor[];
}

/** What an update returns: new tensors, its arguments unchanged. */
export interface Update<Slot extends string = string, Scalar extends string = string> {
  readonly parameters: readonly tf.Tensor[];
  readonly state: OptimizerState<Slot, Scalar>;
  /** v of (10) after this update; undefined where the optimizer has no `dynamics`. */
  readonly velocity?: Velocity | undefined;
}

/** An optimizer: a pure update, and the names of its state, all of which is zero at the start. */
export interface Optimizer<Slot extends string = string, Scalar extends string = string> {
  /** Kind and options, as they are recorded. A snapshot is resumed only with the same ones. */
  readonly settings: Settings;
  readonly slots: readonly Slot[];
  readonly scalars: readonly Scalar[];
  /** mu and nu of (10), for which the relations are derived; undefined for any other update, where O_R has no meaning. */
  readonly dynamics?: Dynamics | undefined;
  /** True where an average of the parameters is the model, by the method's authors: a training without one warns. */
  readonly needsAverage?: boolean | undefined;
  /**
   * Where the gradient of a step is taken, from the parameters and the state before it; at the parameters themselves where it is left out. The
   * parameters are what is evaluated, saved and started from, whatever this is.
   */
  gradientPoint?(parameters: readonly tf.Tensor[], state: OptimizerState<Slot, Scalar>): readonly tf.Tensor[];
  /** @param learningRate eta, float32 []. */
  update(
    parameters: readonly tf.Tensor[],
    gradients: readonly tf.Tensor[],
    state: OptimizerState<Slot, Scalar>,
    learningRate: tf.Tensor,
  ): Update<Slot, Scalar>;
}

/**
 * An optimizer whose `update` knows its slots by name: TypeScript reads them off `slots` and `scalars`.
 *
 * @example
 * const signSgd = defineOptimizer({
 *   settings: { kind: 'sign-sgd' },
 *   slots: [],
 *   scalars: [],
 *   update: (parameters, gradients, state, learningRate) => ({
 *     parameters: parameters.map((parameter, index) => tf.sub(parameter, tf.mul(learningRate, tf.sign(gradients[index])))),
 *     state,
 *   }),
 * });
 */
export const defineOptimizer = <const Slot extends string, const Scalar extends string>(
  optimizer: Optimizer<Slot, Scalar>,
): Optimizer => optimizer;

/** Key of a scalar in a program's state and in a snapshot: `optimizer/firstWeight`. */
export const scalarName = (scalar: string): string => `optimizer/${scalar}`;

const SCALAR: TensorSpec = { shape: [], dtype: 'float32' };

/** Specs of the optimizer's part of a program's state: `velocity/dense1.kernel`, `optimizer/firstWeight`, ... */
export const optimizerSpecs = ({ slots, scalars }: Optimizer, parameters: readonly ParameterSpec[]): TensorSpecs => ({
  ...mergedRecords(slots.map((slot) => slotSpecs(slot, parameters))),
  ...Object.fromEntries(scalars.map((scalar) => [scalarName(scalar), SCALAR])),
});

/** The optimizer's part of a program's state before the first step: zeros. */
export const optimizerStart = ({ slots, scalars }: Optimizer, parameters: readonly ParameterSpec[]): TensorValues => ({
  ...mergedRecords(slots.map((slot) => zeroSlot(slot, parameters))),
  ...Object.fromEntries(scalars.map((scalar) => [scalarName(scalar), new Float32Array(1)])),
});

/** The optimizer's part of a program's state. @throws Error if a tensor of it is missing. */
export const optimizerState = (
  { slots, scalars }: Optimizer,
  parameters: readonly ParameterSpec[],
  state: Tensors,
): OptimizerState => ({
  slots: Object.fromEntries(slots.map((slot) => [slot, slotTensors(slot, parameters, state)])),
  scalars: Object.fromEntries(scalars.map((scalar) => [scalar, tensorNamed(scalarName(scalar), state)])),
});

/** The inverse of {@link optimizerState}. */
export const namedState = ({ slots, scalars }: OptimizerState, parameters: readonly ParameterSpec[]): Tensors => ({
  ...mergedRecords(Object.entries(slots).map(([slot, tensors]) => namedSlot(slot, parameters, tensors))),
  ...Object.fromEntries(Object.entries(scalars).map(([scalar, tensor]) => [scalarName(scalar), tensor])),
});
