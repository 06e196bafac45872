/** Numbers a block along an axis, and of a window of the pooling. */
export const SIDE = 2;

/** One axis of a convolution, in blocks of two numbers: block `i` of the output rests on so many of the input, from `i - before` on. */
export interface Axis {
  readonly filter: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly count: number;
  readonly before: number;
  readonly after: number;
  /** Where the filter's `tap` meets the input when it computes the output `part` of a block: block and place in it. */
  meet(tap: number, part: number): { readonly block: number; readonly within: number };
}

/** Undefined where input or output is no whole number of blocks. */
export function axisOf(filter: number, size: number, before: number, after: number): Axis | undefined {
  const outputs = size + before + after - filter + 1;
  if (size % SIDE !== 0 || outputs % SIDE !== 0) return undefined;
  const blocksBefore = Math.ceil(before / SIDE);
  const meet = (tap: number, part: number) => {
    const place = tap + part - before + SIDE * blocksBefore;
    return { block: Math.floor(place / SIDE), within: place % SIDE };
  };
  const count = meet(filter - 1, SIDE - 1).block + 1;
  const [ins, outs] = [size / SIDE, outputs / SIDE];
  return {
    filter,
    inputs: ins,
    outputs: outs,
    count,
    before: blocksBefore,
    after: outs + count - 1 - ins - blocksBefore,
    meet,
  };
}

/**
 * Where each number of a filter [height, width, in, out] stands in the filter of blocks, once for every place in a window: as
 * [part, out, within, in, row, column] for the convolution, as [row, column, within, in, part, out] for the gradient.
 */
export function filterPlaces(
  rows: Axis,
  columns: Axis,
  inChannels: number,
  outChannels: number,
): { readonly inConvolution: readonly number[]; readonly inGradient: readonly number[] } {
  const blocks = rows.count * columns.count;
  const zero = rows.filter * columns.filter * inChannels * outChannels;
  const [ins, outs] = [SIDE * SIDE * inChannels, SIDE * SIDE * outChannels];
  const inConvolution = Array.from({ length: blocks * ins * outs }, () => zero);
  const inGradient: number[] = [];
  for (let number = 0; number < zero; number += 1) {
    const out = number % outChannels;
    const channel = Math.floor(number / outChannels) % inChannels;
    const tap = Math.floor(number / (outChannels * inChannels));
    for (let part = 0; part < SIDE * SIDE; part += 1) {
      const row = rows.meet(Math.floor(tap / columns.filter), Math.floor(part / SIDE));
      const column = columns.meet(tap % columns.filter, part % SIDE);
      const block = row.block * columns.count + column.block;
      const input = (row.within * SIDE + column.within) * inChannels + channel;
      const output = part * outChannels + out;
      inConvolution[(output * ins + input) * blocks + block] = number;
      inGradient.push((block * ins + input) * outs + output);
    }
  }
  return { inConvolution, inGradient };
}
