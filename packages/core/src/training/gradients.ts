import * as tf from '@tensorflow/tfjs';

/**
 * Like `tf.valueAndGrads`, but the function hands out a second tensor that it came across: the number of right
 * answers, say, which would cost another forward pass.
 *
 * Call it inside `tf.tidy`.
 *
 * @param forward gives the scalar to differentiate and the by-product.
 */
export function valueGradientsAndByproduct(
  forward: (parameters: readonly tf.Tensor[]) => { readonly value: tf.Scalar; readonly byproduct: tf.Tensor },
  parameters: readonly tf.Tensor[],
): { readonly value: tf.Tensor; readonly gradients: readonly tf.Tensor[]; readonly byproduct: tf.Tensor } {
  let kept: tf.Tensor | undefined;
  const { value, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
    const result = forward(tensors);
    // TensorFlow.js frees everything the function does not return.
    kept = tf.keep(result.byproduct);
    return result.value;
  })([...parameters]);
  const byproduct = tf.clone(kept as unknown as tf.Tensor);
  (kept as unknown as tf.Tensor).dispose();
  return { value, gradients: grads, byproduct };
}
