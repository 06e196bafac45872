import * as tf from '@tensorflow/tfjs';
import { itemAt } from '../item-at.js';

/**
 * Softmax cross-entropy of each example, `-log softmax(logits_b)[label_b]`.
 *
 * TensorFlow.js's own (`tf.losses.softmaxCrossEntropy`) has the same value and gradient, but its gradient can't be differentiated
 * again: it is a function of a tensor that the forward pass saved and that no tape records. This one is a function of the logits.
 *
 * @returns float32 [batch].
 */
export const crossEntropies = (labels: tf.Tensor, logits: tf.Tensor): tf.Tensor =>
  tf.customGrad((...given) => {
    // TensorFlow.js's type of the list does not tell its last item from the others.
    const [target, input, save] = given as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    save([target, input]);
    return {
      value: tf.neg(tf.sum(tf.mul(logSoftmax(input), target), [1])),
      gradFunc: (upstream: tf.Tensor, saved: tf.Tensor[]) => {
        const logarithms = logSoftmax(itemAt(saved, 1));
        const scale = tf.expandDims(upstream, 1);
        return [tf.neg(tf.mul(scale, logarithms)), tf.mul(scale, tf.sub(tf.exp(logarithms), itemAt(saved, 0)))];
      },
    };
  })(tf.cast(oneHot(labels, logits), 'float32'), logits);

const logSoftmax = (logits: tf.Tensor): tf.Tensor => tf.sub(logits, tf.logSumExp(logits, [1], true));

/**
 * Mean softmax cross-entropy over a batch: `-1/B sum_b log softmax(logits_b)[label_b]`.
 *
 * @param labels int32 [batch], in [0, classes).
 * @param logits float32 [batch, classes].
 * @returns float32 [].
 */
export const crossEntropy = (labels: tf.Tensor, logits: tf.Tensor): tf.Scalar =>
  tf.div(tf.sum(crossEntropies(labels, logits)), itemAt(logits.shape, 0));

/** 1 for each example whose largest logit is its label's, else 0: float32 [batch]. */
export const correctAnswers = (labels: tf.Tensor, logits: tf.Tensor): tf.Tensor =>
  tf.cast(tf.equal(tf.argMax(logits, 1), labels), 'float32');

const oneHot = (labels: tf.Tensor, logits: tf.Tensor): tf.Tensor => tf.oneHot(labels, itemAt(logits.shape, 1));
