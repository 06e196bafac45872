/** Halvings of the interval in which a curvature is looked for. */
const HALVINGS = 60;
/** The smallest `eta h` that is told from 0. */
const LEAST = 1e-9;

/**
 * How much of the variance of independent mini-batches is left under shuffling, in a direction of curvature h: the noises of the M steps of an epoch
 * sum to zero, so that slow directions are back where they were at its end. With a = 1 - eta h,
 *
 *     end = V_end / V = M / (M - 1) [ 1 - (1 + a) (1 - a^M) / (M (1 - a) (1 + a^M)) ]
 *
 * at epochs' ends, nearly `1 - tanh(x/2) / (x/2)` with x = M eta h; and as a mean over the steps of an epoch, from
 * `V_j = a^(2 j) V_end + eta^2 c [ M / (M - 1) (1 - a^(2 j)) / (1 - a^2) - ((1 - a^j) / (1 - a))^2 / (M - 1) ]`.
 * With momentum eta stands for `(1 - nu) eta / (1 - mu)`, where that times h is small against (1 - mu) and M against nothing.
 *
 * Source: own derivation; after Kuehn and Rosenow 2023, arXiv 2306.05300, who average over the position in the epoch.
 *
 * @param pull eta h, in (0, 1].
 * @param steps M, at least 2.
 * @example shuffledVariance(0.1, 30).end // 0.433
 */
export function shuffledVariance(pull: number, steps: number): { readonly end: number; readonly mean: number } {
  const a = 1 - pull;
  const decayed = -Math.expm1(steps * Math.log1p(-pull));
  const sum = decayed / pull;
  const sumOfSquares = (decayed * (2 - decayed)) / (pull * (1 + a));
  const end = (steps - ((1 + a) * decayed) / (pull * (2 - decayed))) / (steps - 1);
  const within = steps - sumOfSquares - ((1 + a) / pull) * (1 - (2 * sum - sumOfSquares) / steps);
  return { end, mean: (end * sumOfSquares) / steps + within / (steps - 1) };
}

/**
 * What a training loses to shuffling, read from its losses: the mean mini-batch loss over the steps, minus the full-batch loss at epochs' ends, over
 * the height `1/2 <theta . grad f^B> / 2` of the noise ball with independent mini-batches. In a direction of curvature h
 *
 *     D = 2 - V_mean / V - V_end / V
 *
 * to the order of eta h, since a step's batch is correlated with those before: 0 for stiff directions, 2 for soft ones.
 */
const shuffledShare = (pull: number, steps: number): number => {
  const { end, mean } = shuffledVariance(pull, steps);
  return 2 - mean - end;
};

/** The `eta h` of the one curvature that explains D; 1 where D is smaller than any explains, 1e-9 where it is larger. */
export function pullOf(share: number, steps: number): number {
  let [low, high] = [LEAST, 1];
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = Math.sqrt(low * high);
    if (shuffledShare(middle, steps) > share) low = middle;
    else high = middle;
  }
  return high;
}
