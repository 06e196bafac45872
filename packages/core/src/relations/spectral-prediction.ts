import { epochAverages, type EpochDynamics } from './shuffling.js';

/** A node of a spectral measure: a curvature h, and the variance of a mini-batch's gradient that lies there. */
export interface SpectralNode {
  readonly curvature: number;
  /** At least 0. */
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
  const limit = (2 * (1 + epoch.momentum)) / (epoch.learningRate * (1 - epoch.dampening));
  if (nodes.some(({ curvature }) => !(Math.abs(curvature) < limit))) return NaN;
  return nodes.reduce((sum, { curvature, weight }) => sum + weight * epochAverages(curvature, epoch).fullBatch, 0);
}
