import type { Run, RunConfig } from '@fdr/records';
import { dynamicsOf } from './run-config.js';
import { formatNumber } from './format.js';

/** A ratio comes within 10 % of 1 after 1.2 to 2.4 relaxation times. */
const LEAST_TIMES = 2;

/**
 * Steps in which a training by SGD forgets the |theta|^2 that it started with, to a part in e:
 *
 *     tau = (1 - mu) / (2 (1 - nu) eta lambda)
 *
 * A parameter that feels nothing but weight decay shrinks by the factor `1 - (1 - nu) eta lambda / (1 - mu)` a step, its square twice as fast, and so
 * does the difference of |theta|^2 between neighbouring layers of ReLU networks, whatever the data are. The formula is the limit of small
 * eta lambda, with an error of that order. It is a lower bound: where the loss of the data is curved downwards, the regularized loss is flatter
 * than lambda, and such soft modes forget more slowly. A learning rate that falls makes tau longer.
 *
 * Source: Yaida 2019, section 3.1, has the scaling `1 / (eta lambda)`; the factor follows from (10), (11) with `grad f^B = lambda theta`.
 *
 * @returns tau in steps, not necessarily an integer; infinite for lambda = 0; undefined with Adam and its kin, which divide lambda theta by a
 *   running size of the gradient, so that no rate of forgetting follows from the settings.
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

/** How long a run takes to forget its start, beside how long it is. */
export interface Relaxation {
  /** tau in steps, see {@link relaxationSteps}. */
  readonly steps: number;
  /** tau in epochs. */
  readonly epochs: number;
  /** Whether the run has fewer than 2 tau, so that its two sides may not have met at its end. */
  readonly isShort: boolean;
}

/** The relaxation of a run at its first learning rate; undefined where {@link relaxationSteps} is. */
export function relaxationOf({ config, stepsPerEpoch }: Pick<Run, 'config' | 'stepsPerEpoch'>): Relaxation | undefined {
  const steps = relaxationSteps(config);
  if (steps === undefined) return undefined;
  const epochs = steps / stepsPerEpoch;
  return { steps, epochs, isShort: config.epochs < LEAST_TIMES * epochs };
}

/** {@link relaxationOf} in a sentence, for people; undefined where there is none, or lambda = 0, of which a training warns by itself. */
export function relaxationText(run: Pick<Run, 'config' | 'stepsPerEpoch'>): string | undefined {
  const relaxation = relaxationOf(run);
  if (!relaxation || !Number.isFinite(relaxation.steps)) return undefined;
  const { steps, epochs, isShort } = relaxation;
  const time = `tau = ${formatNumber(steps, 3)} steps = ${formatNumber(epochs, 3)} epochs`;
  const asked = `these settings forget their start in ${time}; you asked for ${run.config.epochs}`;
  return isShort ? `warning: ${asked}, less than ${LEAST_TIMES} tau: O_L / O_R may not come near 1` : asked;
}
