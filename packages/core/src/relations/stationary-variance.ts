import { checkedDynamics, type Dynamics } from '../dynamics.js';
import { inRange } from '../validate.js';

/**
 * The stationary variance of a parameter under SGD with momentum and dampening, exactly, for any learning rate: along an eigenvector of the Hessian of a
 * harmonic landscape, of curvature h, where a mini-batch's gradient has the variance c and mini-batches are independent,
 *
 *     Var = eta' (1 + mu) c / ( (1 - mu) h (2 (1 + mu) - eta' h) ),    eta' = eta (1 - nu)
 *
 * It is the solution of the discrete Lyapunov equation `S = A S A^T + b b^T c` of s = (theta, v) by (10), (11). The noises of different eigenvectors may be
 * correlated: C and H need not commute, and only C's elements between eigenvectors act on the covariances between them.
 *
 * Source: Liu, Ziyin and Ueda, ICML 2021, arXiv 2012.03636, with nu = 0.
 *
 * @param curvature h, above 0.
 * @param noise c, at least 0.
 * @throws OptionError naming the option, its range and what was found; eta must be in the stable range (0, 2 (1 + mu) / ((1 - nu) h)).
 * @example stationaryVariance(1, 1, { learningRate: 1, momentum: 0, dampening: 0 }) // 1
 */
export function stationaryVariance(
  curvature: number,
  noise: number,
  options: Dynamics & { readonly learningRate: number },
): number {
  inRange('curvature', curvature, { above: 0 });
  inRange('noise', noise, { min: 0 });
  const { momentum, dampening } = checkedDynamics(options);
  const undamped = 1 - dampening;
  const limit = (2 * (1 + momentum)) / (undamped * curvature);
  const rate = undamped * inRange('learningRate', options.learningRate, { above: 0, below: limit });
  return (rate * (1 + momentum) * noise) / ((1 - momentum) * curvature * (2 * (1 + momentum) - rate * curvature));
}
