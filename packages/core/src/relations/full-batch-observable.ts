import type { Dynamics } from '../dynamics.js';

/**
 * The full-batch observable, (18): `O_FB = (1 - nu) |grad f|^2 - mu <v . grad f^B>`.
 *
 * @param gradientNormSquared |grad f|^2 over the whole training data, L2 term included.
 * @param velocityDotGradient a mean of `v . grad f^B`, v before the update; ignored if mu = 0.
 */
export const fullBatchObservable = (
  gradientNormSquared: number,
  velocityDotGradient: number,
  { momentum, dampening }: Dynamics,
): number => (1 - dampening) * gradientNormSquared - (momentum === 0 ? 0 : momentum * velocityDotGradient);
