import { Tensor, type InferenceSession } from 'onnxruntime-node';
import type { Call, CallResult, Program, Role, TensorValues, TypedArray } from '@fdr/program';
import { TICK, valueName } from './value-names.js';

/** ONNX Runtime's tensors by their names in the graph. */
type Feeds = Record<string, Tensor>;

/**
 * ONNX Runtime's tensors over the caller's own memory.
 *
 * @param arrays as `checkArrays` accepts them
 * @param steps the length of the leading dimension, for inputs
 */
export function feeds(program: Program, role: Role, arrays: TensorValues, steps?: number): Feeds {
  const leading = steps === undefined ? [] : [steps];
  const tensors: Feeds = {};
  for (const [name, { dtype, shape }] of Object.entries(program[role])) {
    const array = arrays[name];
    if (array) tensors[valueName(role, name)] = new Tensor(dtype, array, [...leading, ...shape]);
  }
  return tensors;
}

/** The tensors of a call: all that the graph is fed with, except the constants. */
export function callFeeds(program: Program, { steps, state, inputs, settings }: Call): Feeds {
  const series =
    Object.keys(program.inputs).length > 0
      ? feeds(program, 'inputs', inputs, steps)
      : { [valueName('inputs', TICK)]: new Tensor('uint8', new Uint8Array(steps), [steps]) };
  return { ...feeds(program, 'state', state), ...series, ...feeds(program, 'settings', settings) };
}

/** The results of a call, over the memory that ONNX Runtime returned. */
export function callResult(results: InferenceSession.OnnxValueMapType): CallResult {
  const state: Record<string, TypedArray> = {};
  const outputs: Record<string, Float32Array> = {};
  for (const [fullName, { data }] of Object.entries(results)) {
    const [prefix, name] = splitOnce(fullName);
    if (prefix === 'next' && isTypedArray(data)) state[name] = data;
    if (prefix === 'series' && data instanceof Float32Array) outputs[name] = data;
  }
  return { state, outputs };
}

const isTypedArray = (data: unknown): data is TypedArray =>
  data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint8Array;

/** A value's prefix and the rest of its name, which may contain slashes. */
function splitOnce(fullName: string): [prefix: string, name: string] {
  const slash = fullName.indexOf('/');
  return [fullName.slice(0, slash), fullName.slice(slash + 1)];
}
