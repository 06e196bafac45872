import type { TensorValues, TypedArray } from './program.js';

export interface Call {
  /** How many steps, at least 1. */
  readonly steps: number;
  readonly state: TensorValues;
  /** Each input's slices one after another: `steps` times the spec's size. */
  readonly inputs: TensorValues;
  readonly settings: TensorValues;
}

export interface CallResult {
  /** After the last step; to be kept, or handed back as it is. */
  readonly state: TensorValues;
  /** Each output of every step, one after another. */
  readonly outputs: Readonly<Record<string, Float32Array>>;
}

/** A program turned into one ONNX graph. `run` blocks its thread until all steps are done. */
export interface Compiled {
  run(call: Call): Promise<CallResult>;
  dispose(): Promise<void>;
}

/** Some of a call's steps, from one to before another, beginning in a state. */
export function part(call: Call, from: number, to: number, state: TensorValues): Call {
  const inputs = Object.entries(call.inputs).map(([name, values]): [string, TypedArray] => {
    const size = values.length / call.steps;
    return [name, values.subarray(size * from, size * to)];
  });
  return { ...call, steps: to - from, state, inputs: Object.fromEntries(inputs) };
}

/** What two calls in a row gave, as one call of all their steps would have given it. */
export function joined(first: CallResult, second: CallResult): CallResult {
  const outputs = Object.entries(first.outputs).map(([name, values]): [string, Float32Array] => {
    const more = second.outputs[name] ?? new Float32Array();
    const all = new Float32Array(values.length + more.length);
    all.set(values);
    all.set(more, values.length);
    return [name, all];
  });
  return { state: second.state, outputs: Object.fromEntries(outputs) };
}

/** Whether two calls gave the same to the last bit. */
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
