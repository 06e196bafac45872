/** Numbers in a block along an axis, and in a window of the pooling. */
export const SIDE = 2;

/** Numbers in a block of images, and outputs in a window of the pooling. */
export const BLOCK: number = SIDE * SIDE;

/** A number along an axis: the index of its block, and its own index in that block. */
interface BlockPosition {
  readonly block: number;
  readonly offset: number;
}

/**
 * One axis of a convolution, in blocks of {@link SIDE} numbers. Block i of the output depends on `filterBlocks` blocks of the
 * input, the first of which is i - padBefore.
 */
export interface BlockAxis {
  /** Length of the filter, in numbers. */
  readonly filter: number;
  /** Length of the output, in blocks. */
  readonly outputs: number;
  /** Length of the filter, in blocks. */
  readonly filterBlocks: number;
  /** Padding before the input, in blocks. */
  readonly padBefore: number;
  /** Padding after the input, in blocks. */
  readonly padAfter: number;
  /** The input with which the filter's number `tap` is multiplied for the output `offset` of a block, counted from the first block. */
  inputOf(tap: number, offset: number): BlockPosition;
}

/**
 * One axis of a convolution at stride 1, in blocks.
 *
 * @param filter length of the filter, in numbers like the rest
 * @param size length of the input
 * @param before padding before it
 * @param after padding after it
 * @returns undefined if input or output is no whole number of blocks
 */
export function blockAxis(filter: number, size: number, before: number, after: number): BlockAxis | undefined {
  const outputSize = size + before + after - filter + 1;
  if (size % SIDE !== 0 || outputSize % SIDE !== 0) return undefined;
  const [inputs, outputs] = [size / SIDE, outputSize / SIDE];
  const padBefore = Math.ceil(before / SIDE);
  const inputOf = (tap: number, offset: number): BlockPosition => {
    const index = tap + offset - before + SIDE * padBefore;
    return { block: Math.floor(index / SIDE), offset: index % SIDE };
  };
  const filterBlocks = inputOf(filter - 1, SIDE - 1).block + 1;
  const padAfter = outputs + filterBlocks - 1 - inputs - padBefore;
  return { filter, outputs, filterBlocks, padBefore, padAfter, inputOf };
}

/** Which number of one filter is which number of the other. */
interface FilterIndices {
  /** For each number of the block filter [window offset, out, block offset, in, row, column], its index in the filter, or the filter's size for zero. */
  readonly toBlockFilter: readonly number[];
  /**
   * For each number of the filter [height, width, in, out], and for each offset in a window, its index in the gradient
   * [row, column, block offset, in, window offset, out] by the block filter.
   */
  readonly fromBlockGradient: readonly number[];
}

/** The indices that turn a filter [height, width, in, out] into the filter of the blocks, and the gradient by that back. */
export function filterIndices(
  rows: BlockAxis,
  columns: BlockAxis,
  inChannels: number,
  outChannels: number,
): FilterIndices {
  const blocks = rows.filterBlocks * columns.filterBlocks;
  const size = rows.filter * columns.filter * inChannels * outChannels;
  const [blockIn, blockOut] = [BLOCK * inChannels, BLOCK * outChannels];
  const toBlockFilter = Array.from({ length: blocks * blockIn * blockOut }, () => size);
  const fromBlockGradient: number[] = [];
  for (let index = 0; index < size; index += 1) {
    const out = index % outChannels;
    const channel = Math.floor(index / outChannels) % inChannels;
    const tap = Math.floor(index / (outChannels * inChannels));
    for (let window = 0; window < BLOCK; window += 1) {
      const row = rows.inputOf(Math.floor(tap / columns.filter), Math.floor(window / SIDE));
      const column = columns.inputOf(tap % columns.filter, window % SIDE);
      const block = row.block * columns.filterBlocks + column.block;
      const input = (row.offset * SIDE + column.offset) * inChannels + channel;
      const output = window * outChannels + out;
      toBlockFilter[(output * blockIn + input) * blocks + block] = index;
      fromBlockGradient.push((block * blockIn + input) * blockOut + output);
    }
  }
  return { toBlockFilter, fromBlockGradient };
}
