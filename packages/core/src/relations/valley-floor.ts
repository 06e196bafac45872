import type { EpochRecord } from '@fdr/records';
import { isBalanced } from './equilibrium-rule.js';

// Arithmetic on an epoch's record, and so beside it: page, command line and library read the same estimate from it.

/** What the noise holds a stationary training above, and how high. */
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
 * and by (FDR1) the height is `1/4 eta Tr C~`. Where the bottom theta* lies need not be known: `<grad f> = 0` (8), so `<(theta - theta_c) . grad f>`
 * is the same for any constant theta_c, theta* and the origin alike. A theta_c near theta* makes it less noisy, no different.
 *
 * @param averages of an epoch in equilibrium. Elsewhere they say nothing of a floor: see {@link stationaryFloor}.
 * @example valleyFloor({ lossHalf: 0.5, oLHalf: 0.25 }).floor // 0.375
 */
export function valleyFloor({ lossHalf, oLHalf }: Pick<EpochRecord, 'lossHalf' | 'oLHalf'>): ValleyFloor {
  return { floor: lossHalf - oLHalf / 2, height: oLHalf / 2 };
}

/**
 * The same where the epoch's averages are in equilibrium by the rule of section 3.3, `|O_L / O_R - 1| < X`; null where they are not, or
 * where a side is not defined.
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
 * How much a lower learning rate can still gain here, once it is in equilibrium too: the height is proportional to eta while the noise stays as
 * it is, so `height (1 - eta' / eta)`. At eta' = 0, all of it.
 *
 * @param learningRate eta, above 0.
 * @param lower eta', in [0, eta].
 * @throws RangeError if one is out of its range.
 */
export function possibleGain({ height }: ValleyFloor, learningRate: number, lower = 0): number {
  if (!(learningRate > 0 && learningRate < Infinity))
    throw new RangeError(`learningRate must be a number in (0, Infinity); found ${learningRate}`);
  if (!(lower >= 0 && lower <= learningRate))
    throw new RangeError(`lower must be a number in [0, ${learningRate}]; found ${lower}`);
  return height * (1 - lower / learningRate);
}
