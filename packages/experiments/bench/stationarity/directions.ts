import { stationaryState } from '@fdr/core';
import { epochAverages } from '@fdr/core/relations';
import type { Directions, Scenario } from './scenarios.js';

/** One direction of a quadratic landscape. */
export interface Direction {
  /** Of its parameter tensor. */
  readonly tensor: number;
  /** h. */
  readonly curvature: number;
  /** c, the variance of a mini-batch's gradient. */
  readonly noise: number;
  /** Where the training begins, from the minimum. */
  readonly start: number;
  /** Variance of the start over runs. */
  readonly startVariance: number;
  /** From the origin. */
  readonly minimum: number;
  /** Second moments of position and velocity in the stationary state, at epochs' ends. */
  readonly stationary: Moments;
}

/** <x^2>, <x v>, <v^2>. */
interface Moments {
  readonly xx: number;
  readonly xv: number;
  readonly vv: number;
}

const momentsAt = (h: number, c: number, scenario: Scenario, learningRate: number): Moments => {
  const state = stationaryState({ ...scenario, dimensions: 1, curvature: h, noise: Math.sqrt(c) / h, learningRate });
  return { xx: state.positionVariance, xv: state.positionVelocity, vv: state.velocityVariance };
};

/** Every direction of a scenario, in the order of its tensors. */
export function directionsOf(scenario: Scenario): Direction[] {
  const { learningRate, sampling, startAtRate, stepsPerEpoch } = scenario;
  const ofTensor = ({ count, curvature: [low, high], noisePower, displacement, minimum }: Directions, tensor: number) =>
    Array.from({ length: count }, (_, index): Direction => {
      const curvature = low * (high / low) ** (count === 1 ? 0 : index / (count - 1));
      const noise = curvature ** noisePower;
      const independent = momentsAt(curvature, noise, scenario, learningRate);
      const unit = Math.sqrt(independent.xx);
      const shuffled = () =>
        epochAverages(curvature, { ...scenario, steps: stepsPerEpoch, sampling }).endVariance * noise;
      return {
        tensor,
        curvature,
        noise,
        start: displacement * unit,
        startVariance:
          startAtRate === undefined ? 0 : momentsAt(curvature, noise, scenario, startAtRate * learningRate).xx,
        minimum: minimum * unit,
        // Shuffled scenarios have no momentum, whose velocity carries nothing over.
        stationary: sampling === 'shuffle' ? { xx: shuffled(), xv: 0, vv: 0 } : independent,
      };
    });
  return scenario.tensors.flatMap(ofTensor);
}

/**
 * The distance from stationarity at epochs' ends 0, 1, ..., exactly: the loss of the mean's displacement and of the missing or surplus variance, over the height
 * of the noise ball,
 *
 *     sum_i h_i ( m_i^2 + |V_i - V_i(infinity)| ) / sum_i h_i V_i(infinity).
 *
 * Both obey linear recursions from the rule (10), (11): with A of one epoch, m = A m and V - V(infinity) = A (V - V(infinity)) A^T.
 */
export function distancesFromStationarity(scenario: Scenario, directions: readonly Direction[]): number[] {
  const { learningRate: eta, momentum: mu, dampening: nu, stepsPerEpoch, epochs } = scenario;
  const excess = new Float64Array(epochs + 1);
  let height = 0;
  for (const {
    curvature: h,
    start,
    startVariance,
    stationary: { xx, xv, vv },
  } of directions) {
    height += h * xx;
    // The identity's columns, carried through one epoch.
    const [first, second] = [
      { x: 1, v: 0 },
      { x: 0, v: 1 },
    ].map((state) => {
      for (let step = 0; step < stepsPerEpoch; step++) {
        state.v = mu * state.v - (1 - nu) * h * state.x;
        state.x += eta * state.v;
      }
      return state;
    });
    if (!first || !second) continue;
    let mean = { x: start, v: 0 };
    let off = { xx: startVariance - xx, xv: -xv, vv: -vv };
    for (let epoch = 0; epoch <= epochs; epoch++) {
      excess[epoch] = (excess[epoch] ?? 0) + h * (mean.x ** 2 + Math.abs(off.xx));
      mean = { x: first.x * mean.x + second.x * mean.v, v: first.v * mean.x + second.v * mean.v };
      off = {
        xx: first.x ** 2 * off.xx + 2 * first.x * second.x * off.xv + second.x ** 2 * off.vv,
        xv:
          first.x * first.v * off.xx +
          (first.x * second.v + second.x * first.v) * off.xv +
          second.x * second.v * off.vv,
        vv: first.v ** 2 * off.xx + 2 * first.v * second.v * off.xv + second.v ** 2 * off.vv,
      };
    }
  }
  return Array.from(excess, (value) => value / height);
}
