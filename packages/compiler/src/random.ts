import * as tf from '@tensorflow/tfjs';
import { activeRecorder } from './recording.js';

/**
 * Uniform random numbers that differ in every run of a compiled function, by its seed. Outside of a recording, `tf.randomUniform`.
 *
 * @param low least value
 * @param high bound above, not reached
 */
export function randomUniform(shape: readonly number[], low = 0, high = 1): tf.Tensor {
  const recorder = activeRecorder();
  if (!recorder) return tf.randomUniform([...shape], low, high);
  return tf.tidy(() => tf.add(tf.mul(recorder.random('uniform', shape), high - low), low));
}

/**
 * Normal random numbers that differ in every run of a compiled function, by its seed. Outside of a recording, `tf.randomNormal`.
 *
 * @param deviation standard deviation, at least 0
 */
export function randomNormal(shape: readonly number[], mean = 0, deviation = 1): tf.Tensor {
  const recorder = activeRecorder();
  if (!recorder) return tf.randomNormal([...shape], mean, deviation);
  return tf.tidy(() => tf.add(tf.mul(recorder.random('normal', shape), deviation), mean));
}

/**
 * Dropout: each number is zero with probability `rate`, or else divided by `1 - rate`; which ones differs in every run.
 *
 * @param rate in [0, 1)
 * @throws RangeError if `rate` is not in [0, 1)
 */
export function dropout(x: tf.Tensor, rate: number): tf.Tensor {
  if (!(rate >= 0 && rate < 1)) throw new RangeError(`rate is ${rate}; expected a number in [0, 1).`);
  if (rate === 0) return x.clone();
  return tf.tidy(() => {
    const kept = tf.cast(tf.greaterEqual(randomUniform(x.shape), rate), 'float32');
    return tf.mul(tf.mul(x, 1 / (1 - rate)), kept);
  });
}
