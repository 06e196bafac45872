import * as tf from '@tensorflow/tfjs';
import { itemAt } from '../item-at.js';
import { conv2d } from '../layers/conv2d.js';
import { dense } from '../layers/dense.js';
import { maxPool } from '../layers/max-pool.js';
import { inRange, OptionError } from '../validate.js';
import { sequence, type Model } from './model.js';

/** Sizes of a {@link cnn}. */
export interface CnnOptions {
  /** [rows, columns, channels] of a picture; the paper's is [32, 32, 3]. */
  readonly inputShape: readonly [rows: number, columns: number, channels: number];
  /** Channels of each convolution; the paper's by default. */
  readonly channels?: readonly number[] | undefined;
  /** Height and width of every filter; the paper's by default. */
  readonly filter?: number | undefined;
  /** Width of the squares of the max-pooling after each convolution; the paper's by default. */
  readonly pool?: number | undefined;
  /** Classes. */
  readonly outputs: number;
}

/** Chunks of 25 to 500 pictures of the paper's network take the same time a picture within 5 %; at 100 the widest layer takes 6 MB. */
const LARGEST_CHUNK = 100;

/**
 * The convolutional network of appendix B.2: three convolutions of stride 1, [5, 16, 1, 2; 2], [5, 20, 1, 2; 2],
 * [5, 20, 1, 2; 2] (filter, channels, stride, padding; pool), each followed by ReLU and max-pooling, and a dense layer of 10.
 * Parameters `conv1.kernel`, `conv1.bias`, ..., `dense1.kernel`, `dense1.bias`.
 *
 * ReLU follows the pooling here: `max(0, max_i x_i) = max_i max(0, x_i)`, gradients included, for a quarter of the work.
 *
 * @throws OptionError naming what is not a positive integer, an even filter, or a picture that is pooled away.
 * @example cnn({ inputShape: [32, 32, 3], outputs: 10 }).parameters.length // 8
 */
export function cnn({ inputShape, channels = [16, 20, 20], filter = 5, pool = 2, outputs }: CnnOptions): Model {
  for (const length of inputShape) inRange('inputShape', length, { min: 1, integer: true });
  // A program in JavaScript may give any list.
  const rank: number = inputShape.length;
  if (rank !== 3) throw new OptionError('inputShape', '[rows, columns, channels]', `[${inputShape}]`);
  const lastChannels = channels.at(-1);
  if (lastChannels === undefined) throw new OptionError('channels', 'at least one positive integer', '[]');
  const pooling = maxPool(pool);
  const convolutions = channels.map((width, index) =>
    conv2d(`conv${index + 1}`, { filter, inputs: channels[index - 1] ?? inputShape[2], outputs: width }),
  );
  const pooled = (length: number): number => convolutions.reduce(pooling.outputLength, length);
  const features = pooled(inputShape[0]) * pooled(inputShape[1]) * lastChannels;
  if (features === 0)
    throw new OptionError(
      'inputShape',
      `at least ${pool ** channels.length} rows and columns for ${channels.length} poolings by ${pool}`,
      `[${inputShape}]`,
    );
  const layers = [...convolutions, dense('dense1', features, outputs)];
  const network = sequence(layers, (output, index) => {
    const hidden = tf.relu(pooling.apply(output));
    return index < convolutions.length - 1 ? hidden : tf.reshape(hidden, [itemAt(hidden.shape, 0), features]);
  });
  return {
    name: 'cnn',
    inputs: inputShape[0] * inputShape[1] * inputShape[2],
    inputShape,
    outputs,
    largestChunk: LARGEST_CHUNK,
    // TensorFlow.js has no gradient of the gradient with respect to a convolution's filter.
    twiceDifferentiable: false,
    parameters: layers.flatMap(({ parameters }) => parameters),
    apply: (parameters, input) => network(parameters, tf.reshape(input, [itemAt(input.shape, 0), ...inputShape])),
  };
}
