import * as tf from '@tensorflow/tfjs';

/** A function's value and its gradients, weighted unevenly so that no symmetry hides a mistake. */
export function withGradients(
  inputs: Record<string, tf.Tensor>,
  f: (x: Record<string, tf.Tensor>) => tf.Tensor,
): Record<string, tf.Tensor> {
  const names = Object.keys(inputs);
  const weighted = (...tensors: tf.Tensor[]): tf.Scalar => {
    const y = f(Object.fromEntries(names.map((name, i) => [name, tensors[i]!])));
    const weights = Float32Array.from({ length: y.size }, (_, i) => Math.cos(i + 1));
    return tf.sum(tf.mul(y, tf.tensor(weights, y.shape)));
  };
  const gradients = tf.grads(weighted)(Object.values(inputs));
  return { value: f(inputs), ...Object.fromEntries(gradients.map((gradient, i) => [`d/${names[i]!}`, gradient])) };
}
