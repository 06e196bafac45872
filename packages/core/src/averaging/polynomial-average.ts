import type { ParameterAverage } from './parameter-average.js';

/** gamma: how fast early steps are forgotten; the weight of step i in the average of t is about (9 / t) (i / t)^8. */
const GAMMA = 8;

/**
 * The polynomial-decay average (Shamir and Zhang 2013, with the gamma of DoG's averager, Ivgi et al. 2023) over all steps t = 1, 2, ...,
 *
 *     A <- (1 - (1 + gamma) / (t + gamma)) A + (1 + gamma) / (t + gamma) theta,      gamma = 8
 *
 * so that half of its weight lies on the last 7 % of the steps. A change of the learning rate does not touch it.
 *
 * @example polynomialAverage().weight(0) // 1: the first step
 */
export const polynomialAverage = (): ParameterAverage => ({
  settings: { kind: 'polynomial' },
  weight: (taken) => (1 + GAMMA) / (taken + 1 + GAMMA),
  endEpoch: (state, running) => ({
    ...state,
    latest: { steps: state.taken, values: running.map((values) => values.slice()) },
  }),
  afterRateChange: (state) => state,
});
