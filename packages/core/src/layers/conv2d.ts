import * as tf from '@tensorflow/tfjs';
import { itemAt } from '../item-at.js';
import { inRange, OptionError } from '../validate.js';
import type { Layer } from './dense.js';
import { isRank4 } from './rank.js';

/** Sizes of a {@link conv2d} layer. */
export interface Conv2dOptions {
  /** Height and width of the filter: odd, so that the picture keeps its size. */
  readonly filter: number;
  /** Channels of the picture. */
  readonly inputs: number;
  /** Channels of the result: the number of filters. */
  readonly outputs: number;
}

/**
 * A convolution of stride 1 with zeros around the picture, `(filter - 1) / 2` of them on every side, plus a bias for each channel:
 * [batch, height, width, inputs] -> [batch, height, width, outputs].
 *
 *     y[b, i, j, o] = bias[o] + sum_{k, l, c} x[b, i + k - p, j + l - p, c] kernel[k, l, c, o],   p = (filter - 1) / 2
 *
 * Kernel [filter, filter, inputs, outputs] by Xavier, where each output depends on `filter^2 inputs` numbers and each input enters
 * `filter^2 outputs`; bias [outputs] zero.
 *
 * @throws OptionError if the filter is not a positive odd integer, or a number of channels is not a positive integer.
 */
export function conv2d(name: string, { filter, inputs, outputs }: Conv2dOptions): Layer {
  inRange(`${name}.filter`, filter, { min: 1, integer: true });
  if (filter % 2 === 0) throw new OptionError(`${name}.filter`, 'odd', filter);
  inRange(`${name}.inputs`, inputs, { min: 1, integer: true });
  inRange(`${name}.outputs`, outputs, { min: 1, integer: true });
  const area = filter * filter;
  return {
    parameters: [
      {
        name: `${name}.kernel`,
        shape: [filter, filter, inputs, outputs],
        initialization: { kind: 'xavier', fanIn: area * inputs, fanOut: area * outputs },
      },
      { name: `${name}.bias`, shape: [outputs], initialization: { kind: 'constant', value: 0 } },
    ],
    apply: (parameters, input) => {
      const kernel = itemAt(parameters, 0);
      if (!isRank4(input) || !isRank4(kernel)) throw new Error(`${name} needs pictures and a kernel of rank 4`);
      return tf.add(tf.conv2d(input, kernel, 1, 'same'), itemAt(parameters, 1));
    },
  };
}
