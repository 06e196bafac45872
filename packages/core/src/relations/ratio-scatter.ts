import { zip } from '../zip.js';
import type { HalfRunningAverage } from './half-running-average.js';
import { halfVariogram, meanReversion } from './mean-reversion.js';

/** The standard error of the ratio O_L / O_R of one window, in total and of each parameter tensor; undefined where it is not known. */
export interface RatioScatter {
  readonly total: number | undefined;
  readonly layers: Readonly<Record<string, number | undefined>>;
}

/** Blocks that a window is cut into. More see more of the fast noise and less of the slow; 8 to 24 were tried. */
const BLOCKS = 16;
/** Fewer blocks do not tell a correlation from a drift. */
const LEAST_BLOCKS = 8;

/**
 * The standard error of `r = <O_L> / <O_R>` over one window of a training, from that window alone: how far apart the ratios of such windows
 * would lie if the training stood still.
 *
 * By the delta method it is that of `S_K = sum (O_L - r O_R)`, over `sum O_R`. The terms of this sum are strongly anticorrelated: up to a factor it is the change
 * of |theta|^2 (see `identityDefect`), which swings about a mean, so that the error falls like 1 / t, and errors for independent terms or the usual batch means
 * are several times too large. Hence the sums S_k after k = 0 .. K blocks are modelled, as a mean-reverting series about a straight line (AR(1)) by
 * `meanReversion`, with phi and v. Then
 *
 *     error = sqrt(2 v (1 + phi + ... + phi^(K - 1))) / |sum O_R|
 *
 * phi = 0 is a window of many correlation times, phi = 1 one of few: a random walk, whose terms are independent.
 *
 * Source: own derivation. Against the deviation over many seeds, on quadratics of one and of ten time scales, near and far from the origin,
 * with and without momentum, over windows of 5 to 150 correlation times, the median of the estimate lies between 0.8 and 1.1 of it. On the
 * paper's perceptron with MNIST (eta = 0.1, 75,000 steps), in total and by tensor, it is 0.6 to 0.9 of the deviation between windows of half an epoch, and 0.95
 * to 1.3 of that between windows of 1.5 and of 5 epochs.
 *
 * @param left sums of O_L from the window's beginning, 0, to the ends of blocks of equal length, the last of which ends the window.
 * @param right the same of O_R.
 * @returns undefined for fewer than 8 blocks, one side without sums, or sums that are not finite or do not vary.
 */
export function ratioScatter(left: Float64Array, right: Float64Array): number | undefined {
  const blocks = left.length - 1;
  const [allLeft = NaN, allRight = NaN] = [left.at(-1), right.at(-1)];
  // A side that is not defined has no sums.
  if (blocks < LEAST_BLOCKS || right.length !== left.length) return undefined;
  const defects = zip([...left], [...right]).map(([oL, oR]) => oL - (allLeft / allRight) * oR);
  const reversion = meanReversion(defects);
  if (!reversion) return undefined;
  const overWindow = halfVariogram(reversion, blocks + 1).at(-1) ?? NaN;
  return Math.sqrt(2 * overWindow) / Math.abs(allRight);
}

/** {@link ratioScatter} of the windows of two averages now. */
export const scatterOfAverages = (left: HalfRunningAverage, right: HalfRunningAverage): number | undefined =>
  ratioScatter(left.blockSums(BLOCKS), right.blockSums(BLOCKS));
