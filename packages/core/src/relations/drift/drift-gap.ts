import type { Dynamics } from '../../dynamics.js';
import { halfVariogram, meanReversion, slopeWeights, type MeanReversion } from '../mean-reversion.js';

/** What a window of distances tells of the drift of the parameters. */
export interface DriftGap {
  /** O_L / O_R - 1 with O_L measured from the lagging centre, each step weighted by how far it lies from the window's ends. */
  readonly gap: number;
  /** Its standard error, with the correlation that the window shows. */
  readonly error: number;
  /** Degrees of freedom of that error, for Student's t; below 1 where the window is shorter than about four correlation times. */
  readonly degrees: number;
  /** Its standard error if the distances walked at random: too large, but nothing about the correlation is estimated. */
  readonly walkError: number;
  /** Degrees of freedom of that one. */
  readonly walkDegrees: number;
}

/** Fewer blocks do not tell a correlation from a drift. */
const LEAST_BLOCKS = 8;

/**
 * The gap of (FDR1') in one window, measured from a lagging centre theta_c, by the drift of `S = |theta - theta_c|^2`: since
 * `sum (O_L - O_R) = -(1-mu) / (2 eta (1-nu)) D S + a boundary term` (see `identityDefect`), which holds for each parameter tensor alone,
 *
 *     gap = -(1-mu) / (2 eta (1-nu) <O_R>) b,      b = the least-squares slope of S, a step.
 *
 * The slope weights O_L - O_R by a parabola that is 0 at the window's ends, so that the gap's noise falls faster than that of the ratio, which counts its ends
 * alone. It is one of an ordinary mean-reverting series, in blocks: with phi and v of `meanReversion`,
 *
 *     error^2 ~ -sum_ij w_i w_j v (1 + phi + ... + phi^(|i-j| - 1)),   w the weights of the slope.
 *
 * K such values are worth `K (1 - phi) / (1 + phi)` independent ones. phi is estimated too: `K (1 - phi) / (2 (1 + phi)) - 1` degrees of freedom make up for that. Where
 * the distances follow a smooth curve, as those of a network with its many directions do, phi is near 1 and this says nothing. But the increments fix
 * v, and the error grows with phi at the same increments: that of a random walk, phi = 1, is an upper bound whatever phi is, and has K - 2 degrees.
 *
 * Source: own derivation. Over windows of 4 to 128 correlation times of AR(1) processes, their squares, and sums of two time scales, a one-sided test by the
 * smaller of both bounds errs in 2 to 5 % of cases at 5 %, 0.1 to 1.2 % at 1 %, and at most 0.7 % at 0.2 %; over 1 and 2 times in up to 8, 2.3 and 0.8 %.
 *
 * @param distances means of S over blocks of equal length.
 * @param steps of the window.
 * @param right <O_R> over the window.
 * @returns undefined for fewer than 8 blocks, an O_R that is not above 0, and distances that are not finite or do not vary.
 */
export function driftGap(
  distances: readonly number[],
  steps: number,
  right: number,
  { momentum, dampening, learningRate }: Dynamics & { readonly learningRate: number },
): DriftGap | undefined {
  const blocks = distances.length;
  if (blocks < LEAST_BLOCKS || !(right > 0)) return undefined;
  const [reversion, walk] = [meanReversion(distances), meanReversion(distances, 1)];
  if (!reversion || !walk) return undefined;
  const slope = slopeWeights(blocks).reduce((sum, weight, index) => sum + weight * (distances[index] ?? NaN), 0);
  const perStep = ((1 - momentum) / (2 * learningRate * (1 - dampening) * right)) * (blocks / steps);
  const { correlation } = reversion;
  return {
    gap: -perStep * slope,
    error: perStep * slopeError(reversion, blocks),
    degrees: (blocks * (1 - correlation)) / (2 * (1 + correlation)) - 1,
    walkError: perStep * slopeError(walk, blocks),
    walkDegrees: blocks - 2,
  };
}

/** The standard error of the least-squares slope of so many values, per place. */
function slopeError(reversion: MeanReversion, points: number): number {
  const weights = slopeWeights(points);
  const halves = halfVariogram(reversion, points);
  let variance = 0;
  weights.forEach((weight, index) => {
    weights.forEach((other, place) => {
      variance -= weight * other * (halves[Math.abs(index - place)] ?? NaN);
    });
  });
  return Math.sqrt(variance);
}
