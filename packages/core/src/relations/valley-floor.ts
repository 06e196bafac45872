import type { EpochRecord } from '@fdr/records';
import { inRange } from '../validate.js';
import { isBalanced } from './equilibrium-rule.js';

/** The bottom of the valley that a stationary training explores, and the height above it at which the noise keeps the training. */
export interface ValleyFloor {
  /** f_0: the loss at the bottom of the valley, L2 term included. */
  readonly floor: number;
  /** <f> - f_0: the height of the noise ball, at this learning rate. */
  readonly height: number;
}

/**
 * Estimates the bottom of the valley from averages of a stationary training (section 2.3.1). In the harmonic approximation
 * `<theta . grad f> = 2 <f - f_0>`, so
 *
 *     f_0 = <f> - 1/2 <theta . grad f>
 *
 * and by (FDR1) the height is `1/4 eta Tr C~`. The bottom theta* need not be known: `<grad f> = 0` (8), so `<(theta - theta_c) . grad f>`
 * is the same for every constant theta_c, be it theta* or the origin. A theta_c near theta* lowers its noise alone.
 *
 * @param averages of an epoch in equilibrium. Out of equilibrium the estimate is meaningless: see {@link stationaryFloor}.
 * @example valleyFloor({ lossHalf: 0.5, oLHalf: 0.25 }).floor // 0.375
 */
export function valleyFloor({ lossHalf, oLHalf }: Pick<EpochRecord, 'lossHalf' | 'oLHalf'>): ValleyFloor {
  return { floor: lossHalf - oLHalf / 2, height: oLHalf / 2 };
}

/**
 * {@link valleyFloor} where the epoch's averages are in equilibrium by the rule of section 3.3, `|O_L / O_R - 1| < X`; null where they are
 * not, or where a side is not defined.
 *
 * @param threshold X, in (0, 1).
 */
export function stationaryFloor(
  epoch: Pick<EpochRecord, 'lossHalf' | 'oLHalf' | 'oRHalf'>,
  threshold: number,
): ValleyFloor | null {
  return isBalanced(epoch, threshold) ? valleyFloor(epoch) : null;
}

/**
 * The decrease of the loss at a lower learning rate, once that is in equilibrium too. The height is proportional to eta while the noise stays
 * the same, so the gain is `height (1 - eta' / eta)`, and at eta' = 0 the whole height.
 *
 * @param learningRate eta, above 0.
 * @param lower eta', in [0, eta].
 * @throws OptionError if one is out of its range.
 */
export function possibleGain({ height }: ValleyFloor, learningRate: number, lower = 0): number {
  inRange('learningRate', learningRate, { above: 0 });
  inRange('lower', lower, { min: 0, max: learningRate });
  return height * (1 - lower / learningRate);
}
