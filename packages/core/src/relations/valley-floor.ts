import type { EpochRecord } from '@fdr/records';
import { inRange } from '../validate.js';
import type { Interval } from './confidence.js';
import { isBalanced } from './equilibrium-rule.js';
import { pullOf, shuffledVariance } from './shuffled-noise.js';

/** Fewest epochs at a learning rate: five ends in their later half. */
const LEAST_EPOCHS = 10;
/** Standard errors on either side of an estimate. */
const ERRORS = 2;

/** One reading of the noise ball: its height with independent mini-batches, and what shuffling takes of it. */
interface NoiseBall {
  /** A = eta Tr C~ / 4. */
  readonly independent: number;
  /** The fraction of A that is left at epochs' ends, by how far the learning rate is lowered: eta' / eta in [0, 1]. */
  readonly left: (fraction: number) => number;
}

/** Earlier drops of the same run, against what the estimate said before them. */
export interface Calibration {
  readonly pairs: number;
  /** What the full-batch loss fell by in all, over what was estimated. */
  readonly factor: number;
}

/** The bottom of the valley that a stationary training explores, and the height above it at which the noise keeps the training at epochs' ends. */
export interface ValleyFloor {
  /** eta of the averages. */
  readonly learningRate: number;
  /** f_0: full-batch loss at the bottom of the valley, L2 term included. */
  readonly floor: Interval;
  /** <f> - f_0 at epochs' ends. */
  readonly height: Interval;
  /** Every reading of the averages; the first is the estimate, the others span the interval. */
  readonly readings: readonly NoiseBall[];
  /** Undefined where the run has no earlier learning rate that supports an estimate. */
  readonly calibration?: Calibration | undefined;
}

/** What the estimate reads of an epoch. */
export type ValleyEpoch = Pick<EpochRecord, 'learningRate' | 'lossHalf' | 'oLHalf' | 'oRHalf' | 'trainLoss'>;

/** Of which training the epochs are. */
export interface ValleyOptions {
  /** M; with a single step an epoch, of all the data, there is no noise. */
  readonly stepsPerEpoch: number;
  /** X of the rule that tells equilibrium, in (0, 1). */
  readonly threshold: number;
}

/**
 * The harmonic estimate of the bottom of the valley, from the epochs of a stationary training at its last learning rate (section 2.3.1).
 *
 * Where the loss is harmonic, `<theta . grad f> = 2 <f - f_0>`, and with independent mini-batches (FDR1) gives the height of the noise ball,
 * `A = 1/2 <O_L> = 1/2 <O_R> = eta Tr C~ / 4`. A shuffle makes the noises of an epoch cancel, so that at its end the training stands lower. How much is read from
 * the losses: the mini-batch loss averaged over steps exceeds the full-batch loss at epochs' ends by `D A`, and
 *
 *     <f> - f_0  =  A R(D)      where all noise lies in directions of one curvature, see `shuffledVariance`
 *     <f> - f_0  <=  A (1 - D / 2)      for any curvatures; reached where a part D / 2 of the noise cancels altogether and the rest not at all
 *
 * to the order of eta h. The estimate is A R(D) with A of O_R, and f_0 is the mean full-batch loss at epochs' ends minus that.
 *
 * The interval spans one curvature and two, A of O_L and of O_R, and two standard errors of the full-batch loss (lag-1 autocorrelation
 * included) on either side. Anharmonicity, and valleys that have not been reached yet, are not in it: see {@link Calibration}.
 *
 * @param epochs of one run, in order.
 * @returns undefined where the averages do not support it: the last epoch is not in equilibrium by the rule of section 3.3, it has fewer than 10 epochs at
 *   its learning rate, or the height does not differ from 0.
 * @throws OptionError if M or X is out of its range.
 * @example valleyFloor([], { stepsPerEpoch: 600, threshold: 0.01 }) // undefined
 */
export function valleyFloor(epochs: readonly ValleyEpoch[], options: ValleyOptions): ValleyFloor | undefined {
  inRange('stepsPerEpoch', options.stepsPerEpoch, { min: 1, integer: true });
  inRange('threshold', options.threshold, { above: 0, below: 1 });
  const floors = stagesOf(epochs).map((stage) => stageFloor(stage, options));
  const last = floors.at(-1);
  return last && { ...last, calibration: calibrationOf(floors.filter((floor) => floor !== undefined)) };
}

/**
 * The decrease of the full-batch loss at a lower learning rate, once that is in equilibrium too: the difference of the two heights while the noise
 * stays the same; at eta' = 0 the whole height. A calibrated estimate is that times the factor, and its interval holds both.
 *
 * @param lower eta', in [0, eta].
 * @throws OptionError if it is out of its range.
 */
export function possibleGain({ learningRate, readings, calibration }: ValleyFloor, lower = 0): Interval {
  const fraction = inRange('lower', lower, { min: 0, max: learningRate }) / learningRate;
  const gains = readings.map(({ independent, left }) => independent * (left(1) - fraction * left(fraction)));
  const { mean, low, high } = spanned(gains);
  const factor = calibration?.factor ?? 1;
  return { mean: factor * mean, low: Math.min(1, factor) * low, high: Math.max(1, factor) * high };
}

/** The epochs in groups of one learning rate after another. */
function stagesOf(epochs: readonly ValleyEpoch[]): ValleyEpoch[][] {
  const stages: ValleyEpoch[][] = [];
  for (const epoch of epochs) {
    const stage = stages.at(-1);
    if (stage?.[0]?.learningRate === epoch.learningRate) stage.push(epoch);
    else stages.push([epoch]);
  }
  return stages;
}

function stageFloor(stage: readonly ValleyEpoch[], { stepsPerEpoch, threshold }: ValleyOptions) {
  const last = stage.at(-1);
  const losses = stage.slice(Math.floor(stage.length / 2)).map(({ trainLoss }) => trainLoss);
  if (!last || !isBalanced(last, threshold) || stage.length < LEAST_EPOCHS || stepsPerEpoch < 2) return undefined;
  const { mean: loss, error } = correlatedMean(losses);
  const excess = last.lossHalf - loss;
  const readings = [0, -ERRORS, ERRORS].flatMap((errors) =>
    [last.oRHalf / 2, last.oLHalf / 2].flatMap((independent) =>
      noiseBalls(independent, (excess + errors * error) / independent, stepsPerEpoch),
    ),
  );
  const height = spanned(readings.map(({ independent, left }) => independent * left(1)));
  if (!(height.low > 0)) return undefined;
  const floor = {
    mean: loss - height.mean,
    low: loss - ERRORS * error - height.high,
    high: loss + ERRORS * error - height.low,
  };
  return { learningRate: last.learningRate, floor, height, readings };
}

/** The noise in directions of one curvature, and in two kinds of directions: infinitely stiff and infinitely soft. */
function noiseBalls(independent: number, share: number, stepsPerEpoch: number): NoiseBall[] {
  const pull = pullOf(share, stepsPerEpoch);
  const stiff = 1 - Math.max(share, 0) / 2;
  return [
    { independent, left: (fraction) => (fraction === 0 ? 0 : shuffledVariance(fraction * pull, stepsPerEpoch).end) },
    { independent, left: () => stiff },
  ];
}

/** The first of some values, and how far they reach. */
const spanned = (values: readonly number[]): Interval => ({
  mean: values[0] ?? NaN,
  low: Math.min(...values),
  high: Math.max(...values),
});

/** The mean of a series and its standard error, that of `n (1 - r) / (1 + r)` independent values if neighbours are correlated by r > 0. */
function correlatedMean(values: readonly number[]): { readonly mean: number; readonly error: number } {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const deviations = values.map((value) => value - mean);
  const squares = deviations.reduce((sum, value) => sum + value ** 2, 0);
  const products = deviations.slice(1).reduce((sum, value, index) => sum + value * (deviations[index] ?? NaN), 0);
  const correlation = squares === 0 ? 0 : Math.max(0, products / squares);
  return { mean, error: Math.sqrt((squares / (count - 1) / count) * ((1 + correlation) / (1 - correlation))) };
}

/** Compares each floor with the next one, where the learning rate fell in between. */
function calibrationOf(floors: readonly Omit<ValleyFloor, 'calibration'>[]): Calibration | undefined {
  let [pairs, fallen, estimated] = [0, 0, 0];
  for (const [index, after] of floors.slice(1).entries()) {
    const before = floors[index];
    if (!before || after.learningRate >= before.learningRate) continue;
    const gain = possibleGain(before, after.learningRate).mean;
    pairs++;
    fallen += before.floor.mean + before.height.mean - after.floor.mean - after.height.mean;
    estimated += gain;
  }
  return pairs > 0 && fallen > 0 ? { pairs, factor: fallen / estimated } : undefined;
}
