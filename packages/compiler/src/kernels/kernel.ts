import type { TensorInfo } from '@tensorflow/tfjs';
import type { Recorder } from '../recorder.js';

/** What TensorFlow.js calls a kernel with, and the recorder of its result. */
export interface KernelCall<Attributes = Record<string, unknown>> {
  readonly recorder: Recorder;
  /** By TensorFlow.js's names: `a` and `b`, `x`, `filter`, ... */
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  /** As TensorFlow.js documents them for the kernel. */
  readonly attributes: Attributes;
}

/** Adds to the graph what one TensorFlow.js kernel computes, and returns symbols for its results. */
export type Kernel = (call: KernelCall) => TensorInfo | TensorInfo[];

/** Kernels by TensorFlow.js's names. */
export type KernelTable = Readonly<Record<string, Kernel>>;

/**
 * An input that TensorFlow.js always gives to this kernel.
 *
 * @throws Error if it is missing
 */
export function input({ inputs }: Pick<KernelCall, 'inputs'>, name: string): TensorInfo {
  const tensor = inputs[name];
  if (!tensor) throw new Error(`TensorFlow.js called a kernel without its input "${name}".`);
  return tensor;
}

/** A kernel that reads attributes, which get the type that TensorFlow.js documents. */
export function withAttributes<Attributes>(
  record: (call: KernelCall<Attributes>) => TensorInfo | TensorInfo[],
): Kernel {
  return (call) => record(call as KernelCall<Attributes>);
}

/** The axis in [0, rank) of one in [-rank, rank): TensorFlow.js also counts backwards, from -1. */
export const normalizedAxis = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);
