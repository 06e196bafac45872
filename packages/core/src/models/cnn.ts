import * as tf from '@tensorflow/tfjs';
import { conv2d } from '../layers/conv2d.js';
import { dense } from '../layers/dense.js';
import { maxPool } from '../layers/max-pool.js';
import { inRange, OptionError } from '../validate.js';
import { sequence, type Model } from './model.js';

export interface CnnOptions {
  /** [rows, columns, channels] of a picture; the paper's is [32, 32, 3]. */
  readonly inputShape: readonly [rows: number, columns: number, channels: number];
  /** Channels of each convolution; the paper's by default. */
  readonly channels?: readonly number[];
  /** Height and width of every filter; the paper's by default. */
  readonly filter?: number;
  /** Width of the squares of which the largest number is kept after each convolution; the paper's by default. */
  readonly pool?: number;
  /** Classes. */
  readonly outputs: number;
}

/** From 25 to 500 the time a picture of the paper's network takes is the same within 5 %; the widest layer of 100 takes 6 MB. */
const LARGEST_CHUNK = 100;

/**
 * The convolutional network of appendix B.2: three convolutions of stride 1, [5, 16, 1, 2; 2], [5, 20, 1, 2; 2],
 * [5, 20, 1, 2; 2] (filter, channels, stride, padding; pool), each followed by ReLU and max-pooling, and a dense layer of 10.
 * Parameters `conv1.kernel`, `conv1.bias`, ..., `dense1.kernel`, `dense1.bias`.
 *
 * ReLU stands behind the pooling here: `max(0, max_i x_i) = max_i max(0, x_i)`, gradients included, for a quarter of the work.
 *
 * @throws OptionError naming what is not a positive integer, an even filter, or a picture that is pooled away.
 * @example cnn({ inputShape: [32, 32, 3], outputs: 10 }).parameters.length // 8
 */
export function cnn({ inputShape, channels = [16, 20, 20], filter = 5, pool = 2, outputs }: CnnOptions): Model {
  for (const length of inputShape) inRange('inputShape', length, { min: 1, integer: true });
  if (inputShape.length !== 3) throw new OptionError('inputShape', '[rows, columns, channels]', `[${inputShape}]`);
  if (channels.length === 0) throw new OptionError('channels', 'at least one positive integer', '[]');
  const pooling = maxPool(pool);
  const convolutions = channels.map((width, index) =>
    conv2d(`conv${index + 1}`, { filter, inputs: channels[index - 1] ?? inputShape[2], outputs: width }),
  );
  const pooled = (length: number): number => convolutions.reduce(pooling.outputLength, length);
  const features = pooled(inputShape[0]) * pooled(inputShape[1]) * (channels.at(-1) as number);
  if (features === 0)
    throw new OptionError(
      'inputShape',
      `at least ${pool ** channels.length} rows and columns for ${channels.length} poolings by ${pool}`,
      `[${inputShape}]`,
    );
  const layers = [...convolutions, dense('dense1', features, outputs)];
  const network = sequence(layers, (output, index) => {
    const hidden = tf.relu(pooling.apply(output));
    return index < convolutions.length - 1 ? hidden : tf.reshape(hidden, [hidden.shape[0] as number, features]);
  });
  return {
    name: 'cnn',
    inputs: inputShape[0] * inputShape[1] * inputShape[2],
    inputShape,
    outputs,
    largestChunk: LARGEST_CHUNK,
    // TensorFlow.js has no gradient of a convolution's filter gradient.
    twiceDifferentiable: false,
    parameters: layers.flatMap(({ parameters }) => parameters),
    apply: (parameters, input) => network(parameters, tf.reshape(input, [input.shape[0] as number, ...inputShape])),
  };
}
