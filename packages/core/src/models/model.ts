import type * as tf from '@tensorflow/tfjs';
import type { Layer } from '../layers/dense.js';

/** A network from flat inputs, [batch, inputs], to logits, [batch, outputs]. */
export interface Model extends Layer {
  readonly name: string;
  /** Numbers in one example. */
  readonly inputs: number;
  /** Shape that the numbers of one example must have, [rows, columns, channels]; any shape of as many numbers if absent. */
  readonly inputShape?: readonly number[];
  /** Logits for one example. */
  readonly outputs: number;
  /** Most examples that a pass over a data set takes at once: many, so that products dominate; few, so that they stay in the cache. */
  readonly largestChunk: number;
  /** Whether TensorFlow.js can differentiate it twice. */
  readonly twiceDifferentiable: boolean;
}

/** Applies layers, each with its own part of the parameters; `between` follows every layer but the last. */
export function sequence(
  layers: readonly Layer[],
  between: (hidden: tf.Tensor, layer: number) => tf.Tensor,
): Layer['apply'] {
  return (parameters, input) => {
    let used = 0;
    return layers.reduce<tf.Tensor>((hidden, layer, index) => {
      const own = parameters.slice(used, (used += layer.parameters.length));
      const output = layer.apply(own, hidden);
      return index < layers.length - 1 ? between(output, index) : output;
    }, input);
  };
}
