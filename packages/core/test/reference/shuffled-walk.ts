import type { ValleyEpoch } from '../../src/relations/valley-floor.js';

/** SGD on `1/2 sum h x^2` whose gradient noises, of variance c in each direction, sum to zero over each epoch, as those of a shuffle do. */
export interface ShuffledWalk {
  readonly curvatures: readonly number[];
  readonly noise: number;
  readonly learningRate: number;
  readonly momentum: number;
  readonly stepsPerEpoch: number;
  readonly epochs: number;
  /** Full-batch loss at the bottom. */
  readonly floor: number;
}

/** Records of epochs' ends, as a training makes them. @param draw normal numbers of deviation 1. */
export function shuffledEpochs(walk: ShuffledWalk, draw: (count: number) => Float32Array): ValleyEpoch[] {
  const { curvatures, noise, learningRate, momentum, stepsPerEpoch, floor } = walk;
  const x = curvatures.map(() => 0);
  const v = curvatures.map(() => 0);
  const steps: { loss: number; oL: number; oR: number }[] = [];
  return Array.from({ length: walk.epochs }, () => {
    const drawn = curvatures.map(() => [...draw(stepsPerEpoch)]);
    const means = drawn.map((own) => own.reduce((sum, value) => sum + value, 0) / stepsPerEpoch);
    for (let step = 0; step < stepsPerEpoch; step++) {
      const sides = { loss: floor, oL: 0, oR: 0 };
      for (const [index, h] of curvatures.entries()) {
        // Their covariance is that of independent ones times delta - 1 / M; c is the variance of one.
        const kick = (drawn[index]![step]! - means[index]!) * Math.sqrt((noise * stepsPerEpoch) / (stepsPerEpoch - 1));
        const gradient = h * x[index]! + kick;
        v[index] = momentum * v[index]! - gradient;
        sides.loss += (h / 2) * x[index]! ** 2 + x[index]! * kick;
        sides.oL += x[index]! * gradient;
        sides.oR += ((1 + momentum) / 2) * learningRate * v[index] ** 2;
        x[index]! += learningRate * v[index];
      }
      steps.push(sides);
    }
    const later = steps.slice(Math.floor(steps.length / 2));
    const half = (key: 'loss' | 'oL' | 'oR') => later.reduce((sum, side) => sum + side[key], 0) / later.length;
    const trainLoss = floor + curvatures.reduce((sum, h, index) => sum + (h / 2) * x[index]! ** 2, 0);
    return { learningRate, lossHalf: half('loss'), oLHalf: half('oL'), oRHalf: half('oR'), trainLoss };
  });
}

/** The variance of x at epochs' ends and its mean over an epoch's steps without momentum, by carrying it along, step by step, until nothing changes. */
export function carriedVariance(curvature: number, noise: number, learningRate: number, stepsPerEpoch: number) {
  const a = 1 - learningRate * curvature;
  let end = 0;
  let mean = 0;
  for (let epoch = 0; epoch < 3000; epoch++) {
    // Of x_j: its variance, and the sum of a^k over k < j.
    let [variance, geometric] = [end, 0];
    mean = 0;
    for (let step = 0; step < stepsPerEpoch; step++) {
      mean += variance / stepsPerEpoch;
      // x_j holds -eta a^(j - 1 - i) n_i of each noise before, and n_j is correlated with each by -1 / (M - 1).
      const withNoise = (learningRate * noise * geometric) / (stepsPerEpoch - 1);
      variance = a * a * variance - 2 * a * learningRate * withNoise + learningRate ** 2 * noise;
      geometric = a * geometric + 1;
    }
    end = variance;
  }
  return { end, mean };
}
