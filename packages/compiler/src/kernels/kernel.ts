import type { TensorInfo } from '@tensorflow/tfjs';
import type { Recorder } from '../recorder.js';

export interface KernelCall<Attributes = Record<string, unknown>> {
  readonly recorder: Recorder;
  /** By TensorFlow.js's names of them: `a` and `b`, `x`, `filter`, ... */
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly attributes: Attributes;
}

/** Adds to the graph what one TensorFlow.js kernel computes, and returns symbols for its results. */
export type Kernel = (call: KernelCall) => TensorInfo | TensorInfo[];

/** Kernels by TensorFlow.js's name of them. */
export type KernelTable = Readonly<Record<string, Kernel>>;

/** An input that TensorFlow.js always gives to this kernel. */
export function input({ inputs }: Pick<KernelCall, 'inputs'>, name: string): TensorInfo {
  const tensor = inputs[name];
  if (!tensor) throw new Error(`TensorFlow.js called a kernel without its input "${name}".`);
  return tensor;
}

/** A kernel that reads attributes, typed as TensorFlow.js documents them. */
export function withAttributes<Attributes>(
  record: (call: KernelCall<Attributes>) => TensorInfo | TensorInfo[],
): Kernel {
  return (call) => record(call as KernelCall<Attributes>);
}

/** An axis counted from the first one; TensorFlow.js also counts backwards, from -1. */
export const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);
