import * as tf from '@tensorflow/tfjs';
import { inRange } from '../validate.js';
import { isRank4 } from './rank.js';

/** A layer without parameters. */
export interface Pool {
  /** Rows or columns of the result, for that many of the picture. */
  readonly outputLength: (length: number) => number;
  /** @param input float32 [batch, rows, columns, channels]. */
  readonly apply: (input: tf.Tensor) => tf.Tensor;
}

/**
 * The largest number of each square of `width` rows and columns, without overlap: [batch, rows, columns, channels] ->
 * [batch, floor(rows / width), floor(columns / width), channels]. Rows and columns left over at the lower and right edge are ignored.
 *
 * The gradient goes to the largest number; among equal ones, to the first.
 *
 * @param width a positive integer.
 * @throws OptionError if it is not.
 */
export function maxPool(width: number): Pool {
  inRange('pool', width, { min: 1, integer: true });
  return {
    outputLength: (length) => Math.floor(length / width),
    apply: (input) => {
      if (!isRank4(input)) throw new Error('max-pooling needs pictures: a tensor of rank 4');
      return tf.maxPool(input, width, width, 'valid');
    },
  };
}
