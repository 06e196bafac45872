import type { Call, CallResult, TensorValues, TypedArray } from '@fdr/program';

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
