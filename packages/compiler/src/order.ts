/**
 * How the values of a tensor of images lie in memory. TensorFlow.js says [batch, height, width, channels]; ONNX
 * convolves [batch, channels, height, width]. A recorded tensor stays in the order it was made in until somebody asks for
 * the other one, so that nothing moves between two layers. Only tensors of rank 4 have two orders.
 */
export type Order = 'channels-last' | 'channels-first';

/** The permutation that leads to an order from the other one. */
const PERMUTATION: Readonly<Record<Order, readonly number[]>> = {
  'channels-last': [0, 2, 3, 1],
  'channels-first': [0, 3, 1, 2],
};

/** The dimensions that a tensor of TensorFlow.js's `shape` is stored with. */
export const storedShape = (shape: readonly number[], order: Order): readonly number[] =>
  order === 'channels-last' ? shape : PERMUTATION[order].map((axis) => shape[axis] ?? 1);

/** Where TensorFlow.js's `axis` is stored. */
export const storedAxis = (axis: number, order: Order): number =>
  order === 'channels-last' ? axis : PERMUTATION[order].indexOf(axis);

/** How values get into `order` from the other one; unless they move, they lie there already, under other dimensions. */
export function reordering(
  shape: readonly number[],
  order: Order,
): { readonly perm: readonly number[]; readonly moves: boolean } {
  const [, height = 1, width = 1, channels = 1] = shape;
  return { perm: PERMUTATION[order], moves: channels !== 1 && height * width !== 1 };
}
