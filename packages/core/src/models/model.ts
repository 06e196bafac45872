import type * as tf from '@tensorflow/tfjs';
import type { Layer } from '../layers/dense.js';

/** A network from flat inputs, [batch, inputs], to logits, [batch, outputs]. */
export interface Model extends Layer {
  readonly name: string;
  /** Numbers in one example. */
  readonly inputs: number;
  /** Shape that an example must have, [rows, columns, channels]; undefined where any shape of as many numbers will do. */
  readonly inputShape?: readonly number[] | undefined;
  /** Logits for one example. */
  readonly outputs: number;
  /** Most examples that a pass over a data set takes at once: enough to keep the matrix products busy, few enough for the cache. */
  readonly largestChunk: number;
  /** Whether TensorFlow.js can differentiate the gradient again; where it cannot, `exact` Hessian-vector products are not available. */
  readonly twiceDifferentiable: boolean;
}

/** Applies layers in order, each to its own part of the parameters; `between` follows every layer but the last. */
export function sequence(
  layers: readonly Layer[],
  between: (hidden: tf.Tensor, layer: number) => tf.Tensor,
): Layer['apply'] {
  return (parameters, input) => {
    let used = 0;
    return layers.reduce<tf.Tensor>((hidden, layer, index) => {
      const own = parameters.slice(used, used + layer.parameters.length);
      used += layer.parameters.length;
      const output = layer.apply(own, hidden);
      return index < layers.length - 1 ? between(output, index) : output;
    }, input);
  };
}
