import type { Tensor } from '@tensorflow/tfjs';
import type { SizedTensor } from './relations/drift/drift-window.js';
import { OptionError } from './validate.js';
import { zip } from './zip.js';
import { randomState, uniform, type RandomState } from './random.js';
import { sizeOf, type Tensors, type TensorSpecs, type TensorValues } from '@fdr/program';

/**
 * How a parameter tensor starts.
 *
 * `xavier`: Glorot and Bengio 2010, uniform in +-sqrt(6 / (fanIn + fanOut)). `constant`: every element the same.
 */
export type Initialization =
  | { readonly kind: 'xavier'; readonly fanIn: number; readonly fanOut: number }
  | { readonly kind: 'constant'; readonly value: number };

/** One parameter tensor of a model, e.g. `dense1.kernel` of shape [784, 200]. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initialization: Initialization;
}

/** Key of a parameter's companion in a program's state: `parameters/dense1.kernel`, `velocity/dense1.kernel`. */
export const slotName = (slot: string, parameter: string): string => `${slot}/${parameter}`;

/** Names and sizes, in order. */
export const sizedTensors = (parameters: readonly ParameterSpec[]): SizedTensor[] =>
  parameters.map(({ name, shape }) => ({ name, size: sizeOf(shape) }));

/** Float32 specs of one slot of every parameter. */
export const slotSpecs = (slot: string, parameters: readonly ParameterSpec[]): TensorSpecs =>
  Object.fromEntries(parameters.map(({ name, shape }) => [slotName(slot, name), { shape, dtype: 'float32' as const }]));

/** Several records in one, in order. */
export const mergedRecords = <Value>(records: readonly Readonly<Record<string, Value>>[]): Record<string, Value> =>
  Object.fromEntries(records.flatMap((record) => Object.entries(record)));

/** One tensor by its name. @throws Error if there is none. */
export function tensorNamed(name: string, tensors: Tensors): Tensor {
  const tensor = tensors[name];
  if (!tensor) throw new Error(`${name} is missing among ${Object.keys(tensors).join(', ')}`);
  return tensor;
}

/** The tensors of one slot, in the order of the parameters. */
export const slotTensors = (slot: string, parameters: readonly ParameterSpec[], tensors: Tensors): Tensor[] =>
  parameters.map(({ name }) => tensorNamed(slotName(slot, name), tensors));

/** The inverse of {@link slotTensors}: a record of values that stand in the order of the parameters. */
export const namedSlot = <Value>(
  slot: string,
  parameters: readonly ParameterSpec[],
  values: readonly Value[],
): Record<string, Value> =>
  Object.fromEntries(zip(parameters, values).map(([{ name }, value]) => [slotName(slot, name), value]));

/** The float32 values of one slot, in the order of the parameters. @throws Error if one is missing or has a wrong size. */
export function slotValues(slot: string, parameters: readonly ParameterSpec[], values: TensorValues): Float32Array[] {
  return parameters.map(({ name, shape }) => {
    const found = values[slotName(slot, name)];
    if (!(found instanceof Float32Array) || found.length !== sizeOf(shape))
      throw new Error(`${slotName(slot, name)} must be ${sizeOf(shape)} float32 values; found ${found?.length}`);
    return found;
  });
}

/**
 * Starting values of every parameter, keyed `parameters/<name>`, drawn in the order of the list.
 *
 * @param seed integer in [0, 2^32 - 1]; its `initialization` stream is used.
 */
export function initialParameters(parameters: readonly ParameterSpec[], seed: number): Record<string, Float32Array> {
  let state: RandomState = randomState(seed, 'initialization');
  const values = parameters.map(({ shape, initialization }) => {
    if (initialization.kind === 'constant') return new Float32Array(sizeOf(shape)).fill(initialization.value);
    const limit = Math.sqrt(6 / (initialization.fanIn + initialization.fanOut));
    const drawn = uniform(state, sizeOf(shape), limit);
    state = drawn.state;
    return drawn.values;
  });
  return namedSlot('parameters', parameters, values);
}

/**
 * Copies of the values that are given by the parameters' own names, in the order of the parameters.
 *
 * @param option name of the option that holds them, for the message.
 * @throws OptionError naming the first one that is missing, has a wrong size, or is no parameter.
 */
export function givenParameters(
  option: string,
  parameters: readonly ParameterSpec[],
  values: Readonly<Record<string, Float32Array>>,
): Float32Array[] {
  const unknown = Object.keys(values).find((given) => parameters.every(({ name }) => name !== given));
  if (unknown !== undefined)
    throw new OptionError(option, `of ${parameters.map(({ name }) => name).join(', ')}`, unknown);
  return parameters.map(({ name, shape }) => {
    const given = values[name];
    if (!(given instanceof Float32Array) || given.length !== sizeOf(shape))
      throw new OptionError(`${option}["${name}"]`, `${sizeOf(shape)} float32 values`, given?.length);
    return given.slice();
  });
}

/** Zeros for one slot of every parameter. */
export const zeroSlot = (slot: string, parameters: readonly ParameterSpec[]): Record<string, Float32Array> =>
  namedSlot(
    slot,
    parameters,
    parameters.map(({ shape }) => new Float32Array(sizeOf(shape))),
  );
