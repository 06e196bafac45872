import * as tf from '@tensorflow/tfjs';
import { checkedDynamics, type Dynamics } from '../dynamics.js';
import { itemAt } from '../item-at.js';
import { tensorNamed } from '../parameters.js';
import { stationaryVariance } from '../relations/stationary-variance.js';
import { inRange } from '../validate.js';
import type { Objective } from '../objective.js';

/** Shape of the {@link quadratic} loss, and its noise. */
export interface QuadraticOptions {
  /** Independent directions, all alike: a positive integer. */
  readonly dimensions: number;
  /** h, above 0. */
  readonly curvature: number;
  /** s, deviation of the mini-batch centre in each direction, at least 0. */
  readonly noise: number;
  /** Value of every parameter at the start; 0 by default. */
  readonly start?: number | undefined;
}

/** The options, `start` filled in. @throws OptionError naming the option, its range and what was found. */
export function checkedQuadratic({
  dimensions,
  curvature,
  noise,
  start = 0,
}: QuadraticOptions): QuadraticOptions & { readonly start: number } {
  return {
    dimensions: inRange('dimensions', dimensions, { min: 1, integer: true }),
    curvature: inRange('curvature', curvature, { above: 0 }),
    noise: inRange('noise', noise, { min: 0 }),
    start: inRange('start', start, {}),
  };
}

/**
 * The loss whose stationary state is known in closed form: `f^B(theta) = 1/2 h |theta - c|^2`, where the mini-batch is a random centre c of mean
 * zero and deviation s in every direction. One parameter tensor, `position` [dimensions]; one input, `centre` [dimensions].
 *
 * @throws OptionError naming the option, its range and what was found.
 */
export function quadratic(options: QuadraticOptions): Objective {
  const { dimensions, curvature, start } = checkedQuadratic(options);
  const spec = { shape: [dimensions], dtype: 'float32' as const };
  return {
    name: 'quadratic',
    parameters: [{ name: 'position', shape: spec.shape, initialization: { kind: 'constant', value: start } }],
    inputs: { centre: spec },
    constants: {},
    loss: (parameters, inputs) =>
      tf.mul(curvature / 2, tf.sum(tf.square(tf.sub(itemAt(parameters, 0), tensorNamed('centre', inputs))))),
  };
}

/** Second moments of the stationary state in one direction, and the sides of (FDR1') over all directions. */
export interface StationaryState {
  /** <theta_i^2>. */
  readonly positionVariance: number;
  /** <theta_i v_i>. */
  readonly positionVelocity: number;
  /** <v_i^2>. */
  readonly velocityVariance: number;
  /** <O_L> = <O_R>. */
  readonly observable: number;
}

/**
 * The stationary state of SGD on {@link quadratic}, exactly, for any momentum and dampening: `<theta^2>` is {@link stationaryVariance} with c = (h s)^2, and
 * setting the second moments after an update of (10), (11) equal to those before it gives the others,
 *
 *     <v^2> = 2 (1 - nu) h <theta^2> / (eta (1 + mu))
 *     <theta v> = eta <v^2> / 2
 *     <O_L> = <O_R> = dimensions h <theta^2>
 *
 * Weight decay moves the minimum: h becomes h + lambda and s becomes s h / (h + lambda).
 *
 * @throws OptionError if eta is not in the stable range (0, 2 (1 + mu) / k).
 * @example stationaryState({ dimensions: 1, curvature: 1, noise: 1, learningRate: 1, momentum: 0, dampening: 0 }).positionVariance // 1
 */
export function stationaryState(
  options: QuadraticOptions & Dynamics & { readonly learningRate: number; readonly weightDecay?: number | undefined },
): StationaryState {
  const { dimensions, curvature, noise } = checkedQuadratic(options);
  const { momentum, dampening } = checkedDynamics(options);
  const weightDecay = inRange('weightDecay', options.weightDecay ?? 0, { min: 0 });
  const total = curvature + weightDecay;
  const { learningRate } = options;
  // The gradient's deviation is h s, whatever lambda is.
  const positionVariance = stationaryVariance(total, (curvature * noise) ** 2, { learningRate, momentum, dampening });
  const velocityVariance = (2 * (1 - dampening) * total * positionVariance) / (learningRate * (1 + momentum));
  return {
    positionVariance,
    positionVelocity: (learningRate * velocityVariance) / 2,
    velocityVariance,
    observable: dimensions * total * positionVariance,
  };
}
