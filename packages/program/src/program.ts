import type { Tensor } from '@tensorflow/tfjs';

/** How values are stored. TensorFlow.js has no bytes of its own: it sees `uint8` as int32. */
export type DataType = 'float32' | 'int32' | 'uint8';

/** Shape and storage of one named tensor. */
export interface TensorSpec {
  readonly shape: readonly number[];
  readonly dtype: DataType;
}

/** Specs of tensors by name. */
export type TensorSpecs = Readonly<Record<string, TensorSpec>>;
/** What the values of a tensor are stored in. */
export type TypedArray = Float32Array | Int32Array | Uint8Array;
/** Values by name, row-major, of the storage that the spec names. */
export type TensorValues = Readonly<Record<string, TypedArray>>;
/** Tensors by name. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** What one step of a {@link Program} sees. */
export interface ProgramArguments {
  /** What the step before left behind. */
  readonly state: Tensors;
  /** This step's slice of every input. */
  readonly inputs: Tensors;
  /** The same at every step of a call, chosen at each call: a learning rate, say. */
  readonly settings: Tensors;
  /** The same at every call: the data. */
  readonly constants: Tensors;
}

/**
 * A pure function on TensorFlow.js tensors that an {@link Executor} runs many times in a row, each step's state being
 * the next one's. It reads no value back, keeps no tensor, and draws no random number.
 */
export interface Program {
  readonly name: string;
  readonly state: TensorSpecs;
  readonly inputs: TensorSpecs;
  readonly settings: TensorSpecs;
  readonly constants: TensorSpecs;
  /** Returns the next state, of the same names and shapes, and this step's outputs (float32, any shape). */
  readonly step: (given: ProgramArguments) => { readonly state: Tensors; readonly outputs: Tensors };
}

/** What an {@link Executable} is given for one run of many steps. */
export interface Call {
  /** How many steps, at least 1. */
  readonly steps: number;
  readonly state: TensorValues;
  /** Each input's slices one after another: `steps` times the spec's size. */
  readonly inputs: TensorValues;
  readonly settings: TensorValues;
}

/** What such a run gives back. */
export interface CallResult {
  /** The state after the last step. The arrays are the caller's to keep and to hand back. */
  readonly state: TensorValues;
  /** Each output of every step, one after another. */
  readonly outputs: Readonly<Record<string, Float32Array>>;
}

/** A program made ready to run. */
export interface Executable {
  run(call: Call): Promise<CallResult>;
  /** Frees what the program holds; it can't run after that. */
  dispose(): Promise<void>;
}

/** What runs programs: TensorFlow.js step by step, or a compiler. */
export interface Executor {
  /** `onnx`, `cpu`, `wasm`, ... as it stands in a run's environment. */
  readonly name: string;
  /** @param constants handed over once and left where they are: they must not change afterwards. */
  prepare(program: Program, constants: TensorValues): Promise<Executable>;
}
