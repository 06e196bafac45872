/**
 * How the values of a tensor of images lie in memory. TensorFlow.js uses [batch, height, width, channels]; ONNX
 * convolves [batch, channels, height, width]. A recorded tensor keeps the layout in which it was made until a kernel asks
 * for the other one, so that nothing is transposed between two layers. Only tensors of rank 4 have two layouts.
 */
export type Layout = 'channels-last' | 'channels-first';

/** The permutation that leads to a layout from the other one. */
const PERMUTATION: Readonly<Record<Layout, readonly number[]>> = {
  'channels-last': [0, 2, 3, 1],
  'channels-first': [0, 3, 1, 2],
};

/**
 * The dimensions with which a tensor is stored.
 *
 * @param shape TensorFlow.js's shape of the tensor, channels last; of rank 4 if the layout is channels first
 */
export const storedShape = (shape: readonly number[], layout: Layout): readonly number[] =>
  layout === 'channels-last' ? shape : PERMUTATION[layout].map((axis) => shape[axis] ?? 1);

/** The stored axis that is TensorFlow.js's `axis`, in [0, rank). */
export const storedAxis = (axis: number, layout: Layout): number =>
  layout === 'channels-last' ? axis : PERMUTATION[layout].indexOf(axis);

/** How a tensor gets from one layout into the other one. */
interface LayoutChange {
  /** The permutation of the stored axes. */
  readonly perm: readonly number[];
  /** False if both layouts hold the values in the same sequence: a Reshape is enough then. */
  readonly movesValues: boolean;
}

/**
 * How a tensor gets into `layout` from the other one. With a single channel or a single pixel no value moves.
 *
 * @param shape TensorFlow.js's shape of the tensor, [batch, height, width, channels]
 */
export function layoutChange(shape: readonly number[], layout: Layout): LayoutChange {
  const [, height = 1, width = 1, channels = 1] = shape;
  return { perm: PERMUTATION[layout], movesValues: channels !== 1 && height * width !== 1 };
}
