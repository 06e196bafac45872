import * as tf from '@tensorflow/tfjs';
import { inRange } from '../validate.js';

/** A layer without parameters. */
export interface Pool {
  /** Rows or columns that come out of so many. */
  readonly outputLength: (length: number) => number;
  readonly apply: (input: tf.Tensor) => tf.Tensor;
}

/**
 * The largest number of each square of `width` rows and columns, square beside square: [batch, rows, columns, channels] ->
 * [batch, floor(rows / width), floor(columns / width), channels]. What is left over at the lower and right edge is not looked at.
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
    apply: (input) => tf.maxPool(input as tf.Tensor4D, width, width, 'valid'),
  };
}
