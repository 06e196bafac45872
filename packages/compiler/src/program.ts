import type { Tensor } from '@tensorflow/tfjs';

/** How values are stored. TensorFlow.js has no bytes of its own: a recorded function sees `uint8` as int32. */
export type DataType = 'float32' | 'int32' | 'uint8';

/** Shape and storage of one named tensor. */
export interface TensorSpec {
  readonly shape: readonly number[];
  readonly dtype: DataType;
}

export type TensorSpecs = Readonly<Record<string, TensorSpec>>;
export type TypedArray = Float32Array | Int32Array | Uint8Array;
export type TensorValues = Readonly<Record<string, TypedArray>>;
export type Tensors = Readonly<Record<string, Tensor>>;

/**
 * A pure function on TensorFlow.js tensors, to be run many times in a row. It is called once, on symbols: it may
 * not read a value back, and whatever it computes without its arguments becomes a constant of the graph.
 */
export interface Program {
  readonly name: string;
  /** Carried from step to step. */
  readonly state: TensorSpecs;
  /** One slice a step. */
  readonly inputs: TensorSpecs;
  /** The same at every step of a call, chosen at each call. */
  readonly settings: TensorSpecs;
  /** The same at every call. */
  readonly constants: TensorSpecs;
  /** Returns the next state (same names, shapes, types) and this step's outputs (read back as float32). */
  readonly step: (given: {
    readonly state: Tensors;
    readonly inputs: Tensors;
    readonly settings: Tensors;
    readonly constants: Tensors;
  }) => { readonly state: Tensors; readonly outputs: Tensors };
}
