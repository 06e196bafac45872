import type { EpochRecord, Run } from '@fdr/records';
import { dynamicsOf } from './run-config.js';
import type { Unknown } from './unknown.js';

/** The angle by which one parameter tensor turns at each step, in radians. */
export interface AnglePerStep {
  readonly tensor: string;
  /** Root of the mean square. */
  readonly angle: number;
  /** In rotational equilibrium, where the loss of the data does not depend on |theta|. */
  readonly scaleInvariant: number;
}

/** What the angle is read from. */
export type AngleEpoch = Pick<EpochRecord, 'layers' | 'learningRate' | 'observables'>;

/**
 * The angle a step of each parameter tensor: the length of the step, `eta |v|` (11), over that of the parameters, for small angles,
 *
 *     angle^2 = eta^2 <|v|^2> / <|theta|^2> = 2 eta (1 - nu) / (1 + mu) <O_R> / <|theta|^2>
 *
 * and by (FDR1') `<O_R> = <theta . grad f>` in the stationary state. Where the loss of the data does not depend on |theta| (a scale-invariant tensor, as before
 * normalization), `theta . grad f = lambda |theta|^2`, and the angle is that of rotational equilibrium, set by the hyperparameters alone:
 *
 *     scaleInvariant^2 = 2 eta lambda (1 - nu) / (1 + mu)
 *
 * A tensor that turns more has data that pull it inwards (theta . grad f > lambda |theta|^2), one that turns less outwards. The step's own radial part, of the
 * order of the angle squared, is neglected.
 *
 * Source: Kosson et al., ICML 2024, arXiv 2305.17212; spherical motion dynamics, Wan et al. 2021, arXiv 2006.08419.
 *
 * @param epoch its half-running averages (15).
 * @returns the reason, where it is not known: another optimizer than SGD, or `parametersSquared` not recorded.
 */
export function anglePerStep(
  { layers, learningRate, observables }: AngleEpoch,
  { config, parameters }: Pick<Run, 'config' | 'parameters'>,
): readonly AnglePerStep[] | Unknown {
  const dynamics = dynamicsOf(config.optimizer);
  if (!dynamics) return { unknown: `O_R is not defined with ${config.optimizer.kind}` };
  if (observables?.['parametersSquared'] === undefined)
    return { unknown: 'it needs the observable parametersSquared (--observables parametersSquared)' };
  const factor = (2 * learningRate * (1 - dynamics.dampening)) / (1 + dynamics.momentum);
  return parameters.map(({ name }) => {
    const square = observables[`parametersSquared/${name}`] ?? NaN;
    return {
      tensor: name,
      angle: Math.sqrt((factor * (layers[name]?.oRHalf ?? NaN)) / square),
      scaleInvariant: Math.sqrt(factor * config.weightDecay),
    };
  });
}
