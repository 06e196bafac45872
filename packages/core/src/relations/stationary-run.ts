import type { EpochRecord } from '@fdr/records';
import { checkedDynamics, type Dynamics } from '../dynamics.js';
import { OptionError } from '../validate.js';
import { sampleOf } from './confidence.js';
import type { SecondRelationRun } from './second-relation.js';

/**
 * The averages of a run that the second relation needs, from its epochs at its last learning rate:
 *
 * `<O_FB>` (18): |grad f|^2 as a half-running average (15) over epochs' ends, as section 3.2 has it, and `v . grad f^B` as that over steps, which
 * the last record contains. `<|v|^2> = 2 (1 - nu) / ((1 + mu) eta) <O_R>`: Tr C~ for mu = nu = 0.
 * `<-v' . grad f>` is the mean over the same epochs as that of |grad f|^2, where it was read.
 *
 * @param epochs of one run, in order; at least one.
 * @throws OptionError if there is none, or an option is out of its range.
 */
export function stationaryRun(
  epochs: readonly Pick<EpochRecord, 'learningRate' | 'gradientNormSquared' | 'oFB' | 'oRHalf' | 'descent'>[],
  options: Dynamics & { readonly seed: number },
): SecondRelationRun {
  const { momentum, dampening } = checkedDynamics(options);
  const undamped = 1 - dampening;
  const last = epochs.at(-1);
  if (!last) throw new OptionError('epochs', 'at least one', 0);
  const { learningRate } = last;
  const stage = epochs.slice(epochs.findLastIndex((epoch) => epoch.learningRate !== learningRate) + 1);
  const later = stage.slice(Math.floor(stage.length / 2));
  const square = later.reduce((sum, { gradientNormSquared }) => sum + gradientNormSquared, 0) / later.length;
  const descents = later.flatMap(({ descent }) => descent ?? []);
  const alongVelocity = last.oFB - undamped * last.gradientNormSquared;
  return {
    learningRate,
    seed: options.seed,
    oFB: undamped * square + (momentum === 0 ? 0 : alongVelocity),
    descent: descents.length === later.length ? sampleOf(descents).mean : undefined,
    noiseTrace: ((2 * undamped) / ((1 + momentum) * learningRate)) * last.oRHalf,
  };
}
