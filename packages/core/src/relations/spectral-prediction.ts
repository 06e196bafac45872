import { epochAverages, type EpochDynamics } from './epoch-averages.js';

/** A node of a spectral measure: a curvature h, and the variance of a mini-batch's gradient that lies there. */
export interface SpectralNode {
  readonly curvature: number;
  readonly weight: number;
}

/**
 * The <O_FB> that a harmonic landscape has where it is measured: `sum_j c_j O_FB(h_j)`, with (mu, nu) = (0, 0) the integral of h^2 V_end(h) over the
 * spectral measure of (g, H).
 *
 * @param nodes of `noiseSpectrum`: the weights sum to Tr C.
 * @returns NaN where a curvature is beyond the stable range of eta: there is no stationary state.
 * @throws OptionError as {@link epochAverages}.
 * @example predictedFullBatch([{ curvature: 1, weight: 2 }], { learningRate: 0.1, momentum: 0, dampening: 0, steps: 10, sampling: 'replacement' }) // 0.105
 */
export function predictedFullBatch(nodes: readonly SpectralNode[], epoch: EpochDynamics): number {
  if (!nodes.every(({ curvature }) => isStable(curvature, epoch))) return NaN;
  return nodes.reduce((sum, { curvature, weight }) => sum + weight * epochAverages(curvature, epoch).fullBatch, 0);
}

/** What is known of the mini-batch gradients g of a stationary state at epochs' ends, from many more samples than a spectrum has. */
export interface GradientMoments {
  /** Tr C~ = <|g|^2>. */
  readonly noiseTrace: number;
  /** Tr(H C~) = <g . H g>. */
  readonly trace: number;
}

/**
 * A noise spectrum whose weights are changed as little as it takes to have both known moments, `c_j (1 + p + q h_j)`: the calibration (regression)
 * estimator of Deville and Saerndal 1992. It takes most of the scatter of a few starts out of every average over the spectrum.
 *
 * The moments are of g, whose square contains that of grad f: in the direction h they are `c_j (1 + h_j^2 V_end(h_j))`.
 *
 * @param epoch of the run whose epochs' ends the moments are of.
 * @returns the same curvatures; a weight may become negative. The nodes as they are where they have fewer than two curvatures or no stationary state.
 */
export function calibratedSpectrum(
  nodes: readonly SpectralNode[],
  { noiseTrace, trace }: GradientMoments,
  epoch: EpochDynamics,
): readonly SpectralNode[] {
  const moments = [0, 1, 2].map((degree) =>
    nodes.reduce((sum, { curvature, weight }) => sum + weight * squareOver(curvature, epoch) * curvature ** degree, 0),
  );
  const [zeroth = NaN, first = NaN, second = NaN] = moments;
  const determinant = zeroth * second - first ** 2;
  // Without a spread of curvatures there is nothing to tell them apart by.
  if (!(determinant > 1e-9 * zeroth * second)) return nodes;
  const [missing, missingFirst] = [noiseTrace - zeroth, trace - first];
  const constant = (missing * second - missingFirst * first) / determinant;
  const slope = (missingFirst * zeroth - missing * first) / determinant;
  return nodes.map(({ curvature, weight }) => ({ curvature, weight: weight * (1 + constant + slope * curvature) }));
}

/** <(g . e)^2> over the noise's variance in one direction; NaN where there is no stationary state. */
function squareOver(curvature: number, epoch: EpochDynamics): number {
  if (curvature === 0) return 1;
  if (!isStable(curvature, epoch)) return NaN;
  return 1 + curvature ** 2 * epochAverages(curvature, epoch).endVariance;
}

const isStable = (curvature: number, { learningRate, momentum, dampening }: EpochDynamics): boolean =>
  Math.abs(curvature) < (2 * (1 + momentum)) / (learningRate * (1 - dampening));
