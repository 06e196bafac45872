import type * as tf from '@tensorflow/tfjs';
import { slotSpecs, slotTensors, zeroSlot, namedSlot, type ParameterSpec } from '../parameters.js';
import type { Tensors, TensorSpecs, TensorValues } from '../program.js';
import type { Dynamics } from '../dynamics.js';

/** What an optimizer carries from step to step. */
export interface OptimizerState {
  /** By slot, in the order of the parameters, each of its parameter's shape. */
  readonly slots: Readonly<Record<string, readonly tf.Tensor[]>>;
  /** By name, float32 []. */
  readonly scalars: Readonly<Record<string, tf.Tensor>>;
}

/** The velocity after an update is `scale * tensors`; kept apart so that plain SGD never writes `-gradients` out. */
export interface Velocity {
  readonly scale: number;
  readonly tensors: readonly tf.Tensor[];
}

export interface Update {
  readonly parameters: readonly tf.Tensor[];
  readonly state: OptimizerState;
  /** v of (10) after this update; null where `dynamics` is. */
  readonly velocity: Velocity | null;
}

/** A few pure functions; whatever must be remembered is in the state, all of it zero at the start. */
export interface Optimizer {
  readonly name: string;
  /** Its numbers by name: a training goes on bit for bit only with the same ones. */
  readonly hyperparameters: Readonly<Record<string, number>>;
  readonly slots: readonly string[];
  readonly scalars: readonly string[];
  /** mu and nu of (10), for which the relations are derived; null for any other update, where O_R has no meaning. */
  readonly dynamics: Dynamics | null;
  /**
   * @param learningRate eta, float32 [].
   * @returns the new parameters and state; what was given is left alone.
   */
  readonly update: (
    parameters: readonly tf.Tensor[],
    gradients: readonly tf.Tensor[],
    state: OptimizerState,
    learningRate: tf.Tensor,
  ) => Update;
}

/** Key of a scalar in a program's state and in a snapshot: `optimizer/firstWeight`. */
export const scalarName = (scalar: string): string => `optimizer/${scalar}`;

/** Specs of the optimizer's part of a program's state: `velocity/dense1.kernel`, `optimizer/firstWeight`, ... */
export const optimizerSpecs = ({ slots, scalars }: Optimizer, parameters: readonly ParameterSpec[]): TensorSpecs =>
  Object.assign(
    {},
    ...slots.map((slot) => slotSpecs(slot, parameters)),
    ...scalars.map((scalar) => ({ [scalarName(scalar)]: { shape: [], dtype: 'float32' } })),
  ) as TensorSpecs;

/** The optimizer's part of a program's state before the first step: zeros. */
export const optimizerStart = ({ slots, scalars }: Optimizer, parameters: readonly ParameterSpec[]): TensorValues =>
  Object.assign(
    {},
    ...slots.map((slot) => zeroSlot(slot, parameters)),
    ...scalars.map((scalar) => ({ [scalarName(scalar)]: new Float32Array(1) })),
  ) as TensorValues;

/** Takes the optimizer's part out of a program's state. */
export const optimizerState = (
  { slots, scalars }: Optimizer,
  parameters: readonly ParameterSpec[],
  state: Tensors,
): OptimizerState => ({
  slots: Object.fromEntries(slots.map((slot) => [slot, slotTensors(slot, parameters, state)])),
  scalars: Object.fromEntries(scalars.map((scalar) => [scalar, state[scalarName(scalar)] as tf.Tensor])),
});

/** The inverse of {@link optimizerState}. */
export const namedState = ({ slots, scalars }: OptimizerState, parameters: readonly ParameterSpec[]): Tensors =>
  Object.assign(
    {},
    ...Object.entries(slots).map(([slot, tensors]) => namedSlot(slot, parameters, tensors)),
    ...Object.entries(scalars).map(([scalar, tensor]) => ({ [scalarName(scalar)]: tensor })),
  ) as Tensors;
