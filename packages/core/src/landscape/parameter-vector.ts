import { slotValues, zeroSlot, type ParameterSpec } from '../parameters.js';
import { sizeOf, type Executable, type TensorValues } from '@fdr/program';

/** What a program sums up in a slot of its state, from zero, as one vector. */
export async function accumulated(
  executable: Executable,
  specs: readonly ParameterSpec[],
  slot: string,
  call: { readonly settings: TensorValues; readonly inputs: TensorValues; readonly steps: number },
): Promise<Float64Array> {
  const { state } = await executable.run({ ...call, state: zeroSlot(slot, specs) });
  return Float64Array.from(slotValues(slot, specs, state).flatMap((values) => [...values]));
}

/** A vector as tensors in the order of the parameters. */
export function parts(vector: Float64Array, specs: readonly ParameterSpec[]): Float32Array[] {
  let from = 0;
  return specs.map(({ shape }) => {
    const values = Float32Array.from(vector.subarray(from, from + sizeOf(shape)));
    from += values.length;
    return values;
  });
}
