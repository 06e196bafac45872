import type { Call, DataType, Program, TensorSpec, TensorValues, TypedArray } from './program.js';

/** What a program is given values for. */
export type Role = 'state' | 'inputs' | 'settings' | 'constants';

/** How many numbers a tensor of this shape holds. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

/** The storage of an array. */
export function dataTypeOf(array: TypedArray): DataType {
  if (array instanceof Float32Array) return 'float32';
  return array instanceof Int32Array ? 'int32' : 'uint8';
}

/**
 * The array of one tensor, checked against its spec.
 *
 * @param steps so many slices, one after another; one by default.
 * @throws TypeError saying what was expected and what was found.
 */
function checkedArray(
  program: Pick<Program, 'name'>,
  role: Role,
  name: string,
  { shape, dtype }: TensorSpec,
  values: TensorValues,
  steps = 1,
): TypedArray {
  const found = values[name];
  const length = steps * sizeOf(shape);
  if (found && dataTypeOf(found) === dtype && found.length === length) return found;
  const what = found ? `${dataTypeOf(found)} with ${found.length} values` : 'missing';
  throw new TypeError(
    `${program.name}: ${role} "${name}" is ${what}; expected ${dtype} with ${length} values, ` +
      `shape [${(steps === 1 ? shape : [steps, ...shape]).join()}]`,
  );
}

/** An array that fits its spec: name, spec, values. */
export type CheckedArray = readonly [name: string, spec: TensorSpec, values: TypedArray];

/**
 * The arrays of a role, in the order of the program's specs.
 *
 * @param steps so many slices of each, one after another; one by default.
 * @throws TypeError naming the first array that is missing or does not fit.
 */
export function checkArrays(program: Program, role: Role, values: TensorValues, steps?: number): CheckedArray[] {
  return Object.entries(program[role]).map(([name, spec]) => [
    name,
    spec,
    checkedArray(program, role, name, spec, values, steps),
  ]);
}

/**
 * The arrays of a call, by role.
 *
 * @throws RangeError if `steps` is not a positive integer; TypeError naming the first array that does not fit the program.
 */
export function checkCall(
  program: Program,
  { steps, state, inputs, settings }: Call,
): Readonly<Record<'state' | 'inputs' | 'settings', readonly CheckedArray[]>> {
  if (!Number.isInteger(steps) || steps < 1)
    throw new RangeError(`${program.name}: steps must be a positive integer; found ${steps}`);
  return {
    state: checkArrays(program, 'state', state),
    inputs: checkArrays(program, 'inputs', inputs, steps),
    settings: checkArrays(program, 'settings', settings),
  };
}
