import { inRange } from '../range.js';

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
 * @param averages lossHalf and oLHalf of an epoch's record, in equilibrium. Elsewhere they say nothing of a floor.
 * @example valleyFloor({ lossHalf: 0.5, oLHalf: 0.25 }).floor // 0.375
 */
export function valleyFloor({ lossHalf, oLHalf }: { readonly lossHalf: number; readonly oLHalf: number }): ValleyFloor {
  return { floor: lossHalf - oLHalf / 2, height: oLHalf / 2 };
}

/**
 * How much a lower learning rate can still gain here, once it is in equilibrium too: the height is proportional to eta while the noise stays as
 * it is, so `height (1 - eta' / eta)`. At eta' = 0, all of it.
 *
 * @param learningRate eta, above 0.
 * @param lower eta', in [0, eta].
 * @throws OptionError if one is out of its range.
 */
export function possibleGain({ height }: ValleyFloor, learningRate: number, lower = 0): number {
  inRange('learningRate', learningRate, { above: 0 });
  return height * (1 - inRange('lower', lower, { min: 0, max: learningRate }) / learningRate);
}
