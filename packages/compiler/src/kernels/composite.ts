import * as tf from '@tensorflow/tfjs';
import { withAttributes, type Kernel } from './kernel.js';

type Tensors = Readonly<Record<string, tf.Tensor>>;
type Compute<Attributes> = (inputs: Tensors, attributes: Attributes) => tf.Tensor;

/** TensorFlow.js calls kernels with tensors, although its type for them says no more than shape and type. */
const isTensor = (entry: [string, tf.TensorInfo]): entry is [string, tf.Tensor] => entry[1] instanceof tf.Tensor;

/**
 * A kernel as TensorFlow.js's own operations, which are recorded in its place. Inside a kernel they get no gradient of their own; the
 * kernel's gradient is TensorFlow.js's.
 */
export function composite<Attributes = Record<string, unknown>>(compute: Compute<Attributes>): Kernel {
  return withAttributes<Attributes>(({ inputs, attributes }) =>
    compute(Object.fromEntries(Object.entries(inputs).filter(isTensor)), attributes),
  );
}

/**
 * A tensor that TensorFlow.js always gives to this kernel.
 *
 * @throws Error if it is missing
 */
export function tensor(inputs: Tensors, name: string): tf.Tensor {
  const found = inputs[name];
  if (!found) throw new Error(`TensorFlow.js called a kernel without its input "${name}".`);
  return found;
}
