/** One direction of a quadratic loss: curvature h, and the variance c of a mini-batch's gradient. */
export interface Direction {
  readonly curvature: number;
  readonly noise: number;
}

/**
 * <theta^2>, <theta v>, <v^2> by carrying the moments along (10) and (11) until nothing changes: v' = mu v - (1 - nu) (h theta + xi),
 * theta' = theta + eta v', xi independent of both.
 */
export function iteratedMoments(
  { curvature, noise }: Direction,
  learningRate: number,
  momentum: number,
  dampening: number,
): readonly [square: number, along: number, speed: number] {
  const pull = (1 - dampening) * curvature;
  const kick = (1 - dampening) ** 2 * noise;
  let [square, along, speed] = [0, 0, 0];
  for (let step = 0; step < 20_000; step++) {
    const nextSpeed = momentum ** 2 * speed - 2 * momentum * pull * along + pull ** 2 * square + kick;
    const positionTimesNext = momentum * along - pull * square;
    const nextAlong = positionTimesNext + learningRate * nextSpeed;
    square = square + 2 * learningRate * positionTimesNext + learningRate ** 2 * nextSpeed;
    [along, speed] = [nextAlong, nextSpeed];
  }
  return [square, along, speed];
}
