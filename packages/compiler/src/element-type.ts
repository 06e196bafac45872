import type { DataType as TfDataType } from '@tensorflow/tfjs';
import type { ElementType } from './onnx.js';

/**
 * The ONNX type of TensorFlow.js's `dtype`.
 *
 * @throws Error if it is neither float32, int32 nor bool
 */
export function elementOf(dtype: TfDataType): ElementType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new Error(`Tensors of type ${dtype} can't be recorded; expected float32, int32 or bool.`);
}

/** A number as TensorFlow.js's cast to `dtype` gives it. */
export function castNumber(value: number, dtype: TfDataType): number {
  if (dtype === 'int32') return Math.trunc(value);
  return dtype === 'bool' ? Number(value !== 0) : value;
}
