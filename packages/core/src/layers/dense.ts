import * as tf from '@tensorflow/tfjs';
import { itemAt } from '../item-at.js';
import type { ParameterSpec } from '../parameters.js';
import { inRange } from '../validate.js';

/** A part of a network: its parameters, and a pure function of them and of its input. */
export interface Layer {
  readonly parameters: readonly ParameterSpec[];
  /**
   * @param parameters in the order of {@link Layer.parameters}.
   * @param input float32 [batch, ...].
   * @returns float32 [batch, ...].
   */
  readonly apply: (parameters: readonly tf.Tensor[], input: tf.Tensor) => tf.Tensor;
}

/**
 * A fully connected layer, `x W + b`: [batch, inputs] -> [batch, outputs].
 *
 * Kernel [inputs, outputs] by Xavier, bias [outputs] zero.
 *
 * @throws OptionError if a width is not a positive integer.
 */
export function dense(name: string, inputs: number, outputs: number): Layer {
  inRange(`${name}.inputs`, inputs, { min: 1, integer: true });
  inRange(`${name}.outputs`, outputs, { min: 1, integer: true });
  return {
    parameters: [
      {
        name: `${name}.kernel`,
        shape: [inputs, outputs],
        initialization: { kind: 'xavier', fanIn: inputs, fanOut: outputs },
      },
      { name: `${name}.bias`, shape: [outputs], initialization: { kind: 'constant', value: 0 } },
    ],
    apply: (parameters, input) => tf.add(tf.matMul(input, itemAt(parameters, 0)), itemAt(parameters, 1)),
  };
}
