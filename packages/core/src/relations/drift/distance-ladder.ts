/** A window that has ended. */
interface EndedWindow {
  readonly samples: number;
  /** Means of `|theta - theta_c|^2` over its blocks, a list for each parameter tensor. */
  readonly means: readonly number[][];
}

/** What a ladder has taken since it began, tensors in the order of the parameters. */
export interface LadderState {
  /** Samples of the first rung. */
  readonly first: number;
  /** Rungs that are over. */
  readonly rung: number;
  /** Samples of the rung under way. */
  readonly taken: number;
  /** Sums of the blocks of the rung under way, a list for each parameter tensor. */
  readonly sums: readonly (readonly number[])[];
  /** Mean of theta over the rung under way so far. */
  readonly mean: readonly Float32Array[];
  /** Mean of theta over the rung before: theta_c. */
  readonly centre: readonly Float32Array[];
}

/** Distances of the parameters from a centre that lags behind them. */
export interface DistanceLadder {
  /** Takes the parameters at the next sample. @returns the window that it ends, if any. */
  take(parameters: readonly Float32Array[]): EndedWindow | undefined;
  /** A copy. */
  state(): LadderState;
}

/** Most blocks of a window. */
const BLOCKS = 16;

/** A ladder before its first sample. @param first samples of its first rung, at least 1. @param sizes elements of each parameter tensor. */
export const freshLadder = (first: number, sizes: readonly number[]): LadderState => ({
  first,
  rung: 0,
  taken: 0,
  sums: sizes.map(() => []),
  mean: sizes.map((size) => new Float32Array(size)),
  centre: sizes.map((size) => new Float32Array(size)),
});

/** Samples of a rung: as many as those of all rungs before it, but for the first. */
const rungLength = (first: number, rung: number): number => first * 2 ** Math.max(0, rung - 1);

/**
 * Climbs the rungs [0, n), [n, 2n), [2n, 4n), [4n, 8n), ... of samples. The mean of theta over each rung is the centre theta_c of the next, over which
 * the squared distance from it is averaged in 16 blocks. From the third rung on each ends a window:
 *
 *     |theta - theta_c|^2 over (t/2, t],   theta_c = <theta> over (t/4, t/2],   t = 4n, 8n, 16n, ...
 *
 * No step is kept: two copies of the parameters are, in float32, whatever t is.
 *
 * @param saved a state to go on with, which is copied.
 */
export function distanceLadder(saved: LadderState): DistanceLadder {
  const { first } = saved;
  let { rung, taken, sums, mean, centre } = copied(saved);

  function endRung(): EndedWindow | undefined {
    const length = rungLength(first, rung);
    const blocks = Math.min(BLOCKS, length);
    const startOf = (block: number) => Math.ceil((block * length) / blocks);
    const means = sums.map((own) => own.map((sum, block) => sum / (startOf(block + 1) - startOf(block))));
    const isWindow = rung >= 2;
    // The old centre's arrays take the next mean, whose first sample overwrites them.
    [mean, centre] = [centre, mean];
    sums = sums.map(() => []);
    rung++;
    taken = 0;
    return isWindow ? { samples: length, means } : undefined;
  }

  return {
    take: (parameters) => {
      const length = rungLength(first, rung);
      const block = Math.floor((taken * Math.min(BLOCKS, length)) / length);
      taken++;
      parameters.forEach((values, tensor) => {
        const own = sums[tensor] ?? [];
        own[block] = (own[block] ?? 0) + squaredDistance(values, centre[tensor] ?? values);
        includeIn(mean[tensor] ?? values, values, taken);
      });
      return taken === length ? endRung() : undefined;
    },
    state: () => copied({ first, rung, taken, sums, mean, centre }),
  };
}

const copied = ({ sums, mean, centre, ...counts }: LadderState) => ({
  ...counts,
  sums: sums.map((own) => [...own]),
  mean: mean.map((values) => values.slice()),
  centre: centre.map((values) => values.slice()),
});

/** `|a - b|^2` in double precision. */
function squaredDistance(left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index++) sum += ((left[index] ?? NaN) - (right[index] ?? NaN)) ** 2;
  return sum;
}

/** Makes the mean of `count - 1` values one of `count`. */
function includeIn(mean: Float32Array, values: Float32Array, count: number): void {
  for (let index = 0; index < mean.length; index++) {
    const before = count === 1 ? 0 : (mean[index] ?? NaN);
    mean[index] = before + ((values[index] ?? NaN) - before) / count;
  }
}
