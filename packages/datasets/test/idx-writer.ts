/** The bytes of an IDX file of unsigned bytes. */
export function idx(dimensions: readonly number[], values: Iterable<number>): Uint8Array {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header.set([0, 0, 8, dimensions.length]);
  dimensions.forEach((size, axis) => header.writeUInt32BE(size, 4 + 4 * axis));
  return Buffer.concat([header, Uint8Array.from(values)]);
}

/** Seven training and three test images of 2 x 3, by file name. */
export function smallSet(): Record<string, Uint8Array> {
  return {
    'train-images-idx3-ubyte': idx(
      [7, 2, 3],
      Array.from({ length: 42 }, (_, index) => (index * 37) % 256),
    ),
    'train-labels-idx1-ubyte': idx([7], [0, 1, 2, 3, 4, 5, 9]),
    't10k-images-idx3-ubyte': idx(
      [3, 2, 3],
      Array.from({ length: 18 }, (_, index) => 255 - index),
    ),
    't10k-labels-idx1-ubyte': idx([3], [9, 0, 5]),
  };
}
