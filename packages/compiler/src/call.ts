import type { TensorValues, TypedArray } from './program.js';

/** What one run of a {@link Compiled} program is given. */
export interface Call {
  /** Number of steps, at least 1. */
  readonly steps: number;
  /** The state before the first step. */
  readonly state: TensorValues;
  /** Each input's slices one after another: `steps` times the spec's size. */
  readonly inputs: TensorValues;
  /** The same at every step. */
  readonly settings: TensorValues;
}

/** What one run of a {@link Compiled} program returns. */
export interface CallResult {
  /** The state after the last step. It may be kept, or given to the next call as it is. */
  readonly state: TensorValues;
  /** Each output of every step, one after another. */
  readonly outputs: Readonly<Record<string, Float32Array>>;
}

/** A program turned into one ONNX graph. */
export interface Compiled {
  /** Blocks its thread until all steps are done. */
  run(call: Call): Promise<CallResult>;
  /** Frees the memory of ONNX Runtime. The program can't be run afterwards. */
  dispose(): Promise<void>;
}

/**
 * A call of the steps `from` to `to - 1` of another call. Its inputs are views, no copies.
 *
 * @param from in [0, call.steps)
 * @param to in (from, call.steps]
 * @param state the state before step `from`
 */
export function sliceCall(call: Call, from: number, to: number, state: TensorValues): Call {
  const inputs = Object.entries(call.inputs).map(([name, values]): [string, TypedArray] => {
    const size = values.length / call.steps;
    return [name, values.subarray(size * from, size * to)];
  });
  return { ...call, steps: to - from, state, inputs: Object.fromEntries(inputs) };
}

/** The results of two consecutive calls as one call of all their steps would have returned them. */
export function concatResults(first: CallResult, second: CallResult): CallResult {
  const outputs = Object.entries(first.outputs).map(([name, values]): [string, Float32Array] => {
    const more = second.outputs[name] ?? new Float32Array();
    const all = new Float32Array(values.length + more.length);
    all.set(values);
    all.set(more, values.length);
    return [name, all];
  });
  return { state: second.state, outputs: Object.fromEntries(outputs) };
}

/** Whether two results are equal to the last bit. */
export function sameBits(one: CallResult, other: CallResult): boolean {
  const same = (values: TensorValues, others: TensorValues): boolean =>
    Object.entries(values).every(([name, array]) => {
      const found = others[name];
      return found !== undefined && Buffer.compare(bytes(array), bytes(found)) === 0;
    });
  return same(one.state, other.state) && same(one.outputs, other.outputs);
}

const bytes = ({ buffer, byteOffset, byteLength }: TypedArray): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
