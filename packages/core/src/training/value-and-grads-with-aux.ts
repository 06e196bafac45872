import * as tf from '@tensorflow/tfjs';

/**
 * Like `tf.valueAndGrads`, for a function that also returns an auxiliary tensor, such as the number of correct answers, which would
 * otherwise cost another forward pass. Call it inside `tf.tidy`.
 *
 * @param forward returns the scalar to differentiate, and the auxiliary tensor, or none.
 * @returns the value, its gradients in the order of the parameters, and the auxiliary tensor.
 */
export function valueAndGradsWithAux(
  forward: (parameters: readonly tf.Tensor[]) => { readonly value: tf.Scalar; readonly aux?: tf.Tensor | undefined },
  parameters: readonly tf.Tensor[],
): { readonly value: tf.Tensor; readonly gradients: readonly tf.Tensor[]; readonly aux: tf.Tensor | undefined } {
  const kept: tf.Tensor[] = [];
  const { value, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
    const result = forward(tensors);
    // TensorFlow.js frees every tensor that the function does not return.
    if (result.aux) kept.push(tf.keep(result.aux));
    return result.value;
  })([...parameters]);
  const aux = kept[0] && tf.clone(kept[0]);
  tf.dispose(kept);
  return { value, gradients: grads, aux };
}
