import * as tf from '@tensorflow/tfjs';
import { dense } from '../layers/dense.js';
import { OptionError } from '../validate.js';
import { zip } from '../zip.js';
import { sequence, type Model } from './model.js';

/** The fastest chunk of those from 100 to 2,000 examples on the paper's perceptron, by a few percent. */
const LARGEST_CHUNK = 1000;

/**
 * The multilayer perceptron: dense layers with ReLU between them, named `dense1`, `dense2`, ...
 *
 * @param widths from the input to the logits; the paper's (appendix B.1) is [784, 200, 200, 10].
 * @throws OptionError if there are fewer than two widths, or one is not a positive integer.
 * @example mlp([784, 200, 200, 10]).parameters.length // 6
 */
export function mlp(widths: readonly number[]): Model {
  const inputs = widths[0];
  const outputs = widths.at(-1);
  if (inputs === undefined || outputs === undefined || widths.length < 2)
    throw new OptionError('widths', 'at least two positive integers', `[${widths.join(', ')}]`);
  const layers = zip(widths.slice(0, -1), widths.slice(1)).map(([before, width], index) =>
    dense(`dense${index + 1}`, before, width),
  );
  return {
    name: 'mlp',
    inputs,
    outputs,
    largestChunk: LARGEST_CHUNK,
    twiceDifferentiable: true,
    parameters: layers.flatMap(({ parameters }) => parameters),
    apply: sequence(layers, (output) => tf.relu(output)),
  };
}
