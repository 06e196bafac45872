import type * as tf from '@tensorflow/tfjs';
import { withAttributes, type Kernel } from './kernel.js';

/**
 * A kernel as TensorFlow.js's own operations, which are recorded in its place. Inside a kernel they get no gradient of their own; the
 * kernel's gradient is TensorFlow.js's.
 */
export function composite<Attributes = Record<string, unknown>>(
  compute: (inputs: Readonly<Record<string, tf.Tensor>>, attributes: Attributes) => tf.Tensor,
): Kernel {
  // TensorFlow.js calls kernels with tensors, although its type for them says no more than shape and type.
  return withAttributes<Attributes>(({ inputs, attributes }) =>
    compute(inputs as Readonly<Record<string, tf.Tensor>>, attributes),
  );
}

/**
 * A tensor that TensorFlow.js always gives to this kernel.
 *
 * @throws Error if it is missing
 */
export function tensor(inputs: Readonly<Record<string, tf.Tensor>>, name: string): tf.Tensor {
  const found = inputs[name];
  if (!found) throw new Error(`TensorFlow.js called a kernel without its input "${name}".`);
  return found;
}
