import type { Sampling } from '@fdr/records';
import { checkedDynamics, type Dynamics } from '../dynamics.js';
import { inRange } from '../validate.js';
import { epochCovariance } from './epoch-covariance.js';

/** How an epoch of SGD goes. */
export interface EpochDynamics extends Dynamics {
  /** eta, above 0. */
  readonly learningRate: number;
  /** M, steps an epoch; an integer, at least 2. */
  readonly steps: number;
  readonly sampling: Sampling;
}

/** Stationary averages in one direction of a harmonic landscape, per unit of c, the variance of one mini-batch's gradient in that direction. */
export interface EpochAverages {
  /** <theta^2> at epochs' ends: V_end(h). */
  readonly endVariance: number;
  /** O_FB (18) as it is measured: |grad f|^2 at epochs' ends, v . grad f^B at each step. */
  readonly fullBatch: number;
  /** <-v' . grad f> over all steps, v' the velocity after a step. */
  readonly descent: number;
  /** <v' . H v'> over all steps. */
  readonly update: number;
}

/**
 * The stationary averages of SGD by (10), (11) in one direction of a harmonic landscape, exactly, for any momentum and dampening.
 *
 * With the state s = (theta, v), `s' = A s + b xi`, where
 *
 *     A = [[1 - eta (1-nu) h, eta mu], [-(1-nu) h, mu]],   b = (-eta (1-nu), -(1-nu)),   w_k = A^k b.
 *
 * The noises of a shuffled epoch have the covariance `c M/(M-1) (delta_jk - 1/M)`. So t steps after its beginning
 *
 *     S_t = A^t S_0 A^t^T + M/(M-1) [ sum_{k<t} w_k w_k^T - (1/M) (sum_{k<t} w_k)(sum_{k<t} w_k)^T ],   S_M = S_0,
 *     <s_t xi_t> = -1/(M-1) sum_{k<t} w_k.
 *
 * With replacement the terms of 1/M and 1/(M-1) vanish. `<-v' . grad f> = eta/2 <v' . H v'>` is exact for both; with replacement O_FB is the same.
 *
 * With momentum a shuffle lowers O_FB twice: |grad f|^2 is low at epochs' ends, and v, which follows the opposite of earlier noises, is correlated
 * with the noise of grad f^B, which is the opposite of theirs too. The second leaves about `-mu (1-nu) / ((1-mu) M)` even at eta -> 0.
 *
 * Without momentum and dampening `<theta^2>` has a closed form: see `shuffledVariance`.
 *
 * A negative h, which has no stationary state of its own, counts as minus |h|: to first order in eta these averages are odd in h, as
 * Tr(H C~) is; the part of the noise alone is even.
 *
 * @param curvature h, |h| below 2 (1 + mu) / (eta (1-nu)).
 * @throws OptionError naming the option, its range and what was found.
 */
export function epochAverages(curvature: number, epoch: EpochDynamics): EpochAverages {
  const { momentum, dampening } = checkedDynamics(epoch);
  const learningRate = inRange('learningRate', epoch.learningRate, { above: 0 });
  const steps = inRange('steps', epoch.steps, { min: 2, integer: true });
  const undamped = 1 - dampening;
  const limit = (2 * (1 + momentum)) / (learningRate * undamped);
  const h = Math.abs(inRange('curvature', curvature, { above: -limit, below: limit }));
  const { end, mean, noise } = epochCovariance({
    matrix: { a: 1 - learningRate * undamped * h, b: learningRate * momentum, c: -undamped * h, d: momentum },
    kick: { x: -learningRate * undamped, v: -undamped },
    ...(epoch.sampling === 'shuffle' ? { steps, correlation: -1 / (steps - 1) } : INDEPENDENT),
  });
  // Nothing pulls back at h = 0: the position has no stationary state, and no share.
  const odd = (average: number): number => (h === 0 ? 0 : Math.sign(curvature) * average);
  return {
    endVariance: h === 0 ? Infinity : end.xx,
    fullBatch: odd(undamped * h ** 2 * end.xx - momentum * h * mean.xv) - momentum * noise.v,
    descent: odd(undamped * (h ** 2 * mean.xx + h * noise.x) - momentum * h * mean.xv),
    update: odd(h * mean.vv),
  };
}

/** Where mini-batches are independent, all steps are alike. */
const INDEPENDENT = { steps: 1, correlation: 0 };
