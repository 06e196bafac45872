import type { RunConfig } from '@fdr/records';
import { dynamicsOf } from './run-config.js';

/**
 * Steps in which a training by SGD forgets the |theta|^2 that it started with, to a part in e, where it feels weight decay alone:
 *
 *     tau = (1 - mu) / (2 (1 - nu) eta lambda)
 *
 * Source: Yaida 2019, section 3.1, has the scaling `1 / (eta lambda)`; the factor follows from (10), (11) with `grad f^B = lambda theta`.
 *
 * @returns tau in steps, not necessarily an integer; infinite for lambda = 0; undefined for an optimizer without mu and nu.
 * @example relaxationSteps({ optimizer: { kind: 'sgd', momentum: 0, dampening: 0 }, learningRate: 0.1, weightDecay: 0.01 }) // 500
 */
export function relaxationSteps({
  optimizer,
  learningRate,
  weightDecay,
}: Pick<RunConfig, 'optimizer' | 'learningRate' | 'weightDecay'>): number | undefined {
  const dynamics = dynamicsOf(optimizer);
  if (!dynamics) return undefined;
  return (1 - dynamics.momentum) / (2 * (1 - dynamics.dampening) * learningRate * weightDecay);
}
