/**
 * The cooldown of Haegele et al. (2024): the learning rate, as a multiple of the one held before it, after `epochs` of `span` epochs,
 *
 *     1 - sqrt(epochs / span)
 *
 * @param epochs in [0, span], with the part of the epoch under way.
 */
const oneMinusSqrt = (epochs: number, span: number): number => 1 - Math.sqrt(epochs / span);

/** Factor by which a step within an epoch differs from the epoch's first: `part` of it has passed, after `epochs` whole ones of the cooldown. */
export const withinCooldown = (epochs: number, span: number, part: number): number =>
  oneMinusSqrt(epochs + part, span) / oneMinusSqrt(epochs, span);

/** The rate of the cooldown's next epoch, from that of the epoch that was number `epochs` of it. */
export const afterCooldownEpoch = (learningRate: number, epochs: number, span: number): number =>
  (learningRate * oneMinusSqrt(epochs, span)) / oneMinusSqrt(epochs - 1, span);
