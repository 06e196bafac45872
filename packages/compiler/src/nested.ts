import * as tf from '@tensorflow/tfjs';

/** A tensor, or arrays and records of tensors, nested as you like. */
export type Nested = tf.Tensor | readonly Nested[] | { readonly [name: string]: Nested };

/** A tensor of a nested value, and the way to it: `0/weights/1`, say. */
export type Leaf = readonly [path: string, tensor: tf.Tensor];

const isArray: (value: unknown) => value is readonly unknown[] = Array.isArray;
const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/**
 * The tensors of a nested value, in the order of its arrays and records. Undefined holds none.
 *
 * @throws TypeError naming the place of what is neither a tensor nor a container
 */
export function leaves(nested: unknown, path = ''): Leaf[] {
  if (nested instanceof tf.Tensor) return [[path, nested]];
  if (nested === undefined) return [];
  if (isArray(nested) || isPlain(nested))
    return Object.entries(nested).flatMap(([name, value]) => leaves(value, path === '' ? name : `${path}/${name}`));
  throw new TypeError(
    `${path || 'The value'} is ${nested === null ? 'null' : `a ${typeof nested}`}; expected a tensor, or an array or record of tensors.`,
  );
}

/** The same nesting with other tensors, given in the order of {@link leaves}. */
export function withLeaves<Structure>(nested: Structure, tensors: readonly tf.Tensor[]): Structure {
  const next = tensors.values();
  const rebuilt = (value: unknown): unknown => {
    if (value instanceof tf.Tensor) return next.next().value;
    if (isArray(value)) return value.map(rebuilt);
    if (isPlain(value)) return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, rebuilt(item)]));
    return value;
  };
  return rebuilt(nested) as Structure;
}
