import { zip } from '../zip.js';
import type { ParameterAverage, ParameterMean } from './parameter-average.js';

/** Most means that are kept, each as large as the parameters. */
const MOST_BLOCKS = 16;

/**
 * The mean of the parameters over the later half of the steps since the learning rate last changed: the window of the half-running averages
 * (15), which FDR1 is read from, rounded up to whole epochs.
 *
 * After 2 n epochs it is the last n, after 2 n - 1 too. After more than 32 epochs means of neighbouring ones are merged, so that no more than 16
 * are kept however long the rate stays; the window is then longer than half of the steps by at most an eighth of itself.
 *
 * @example tailAverage().weight(3) // 1/4: the mean of four steps
 */
export const tailAverage = (): ParameterAverage => ({
  settings: { kind: 'tail' },
  weight: (taken) => 1 / (taken + 1),
  endEpoch: ({ taken, blocks, sinceChange }, running) => {
    const ended = [...blocks, { steps: taken, values: running.map((values) => values.slice()) }];
    const steps = sinceChange + taken;
    const kept = window(ended, steps);
    return { taken: 0, sinceChange: steps, blocks: merged(kept), latest: meanOf(kept) };
  },
  afterRateChange: ({ latest }) => ({ taken: 0, sinceChange: 0, blocks: [], latest }),
});

/** The fewest newest blocks that hold half of the steps. */
function window(blocks: readonly ParameterMean[], steps: number): readonly ParameterMean[] {
  let held = 0;
  let first = blocks.length;
  while (first > 0 && 2 * held < steps) held += blocks[--first]?.steps ?? 0;
  return blocks.slice(first);
}

/** At most {@link MOST_BLOCKS} blocks of the same steps: of one more, the two neighbours of the fewest steps become one. */
function merged(blocks: readonly ParameterMean[]): readonly ParameterMean[] {
  if (blocks.length <= MOST_BLOCKS) return blocks;
  const sums = blocks.slice(1).map(({ steps }, index) => steps + (blocks[index]?.steps ?? 0));
  const pair = sums.indexOf(Math.min(...sums));
  return [...blocks.slice(0, pair), meanOf(blocks.slice(pair, pair + 2)), ...blocks.slice(pair + 2)];
}

/** The mean of all their steps, in double precision. */
function meanOf(blocks: readonly ParameterMean[]): ParameterMean {
  const steps = blocks.reduce((sum, block) => sum + block.steps, 0);
  const values = zip<readonly Float32Array[]>(...blocks.map((block) => block.values)).map((parts) => {
    const sum = new Float64Array(parts[0]?.length ?? 0);
    for (const [block, part] of zip(blocks, parts))
      part.forEach((value, index) => {
        sum[index] = (sum[index] ?? NaN) + (block.steps / steps) * value;
      });
    return Float32Array.from(sum);
  });
  return { steps, values };
}
