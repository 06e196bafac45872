import type { Dynamics } from '../../dynamics.js';
import { formatNumber } from '../format.js';
import { batchMeans, halvesAgree, halvesOf } from './batch-means.js';
import { growingSeries } from './growing-series.js';
import type { StationarityTest } from './stationarity-test.js';

/** Options of {@link sasaPlus}: its authors' names and defaults. */
export interface SasaPlusOptions {
  /** 1 - significance is the level of the intervals. */
  readonly significance?: number;
  /** The newest 1 / leakRatio of the steps are tested. */
  readonly leakRatio?: number;
  /** Fewest values of a test. */
  readonly minimum?: number;
  /** What the learning rate is multiplied by. */
  readonly factor?: number;
}

/** Most steps between two tests. */
const LONGEST_PAUSE = 1000;

/**
 * SASA+ (Zhang, Lang, Liu and Xiao, 2020): in a stationary state `|theta|^2` does not drift, whatever the direction d of the update is,
 *
 *     <theta' . d> + eta/2 <|d|^2> = 0,   d = -v, theta' = theta - eta d
 *
 * It fires where the confidence interval of that mean over the newest eighth of the steps contains 0 and the means of its halves have
 * the same sign; before the first firing both halves' intervals must contain 0 too. Tested every `min(1000, steps an epoch)` steps,
 * once 1,000 values are kept.
 *
 * The interval is by batch means, as the article has it; the published code falls back to the error of independent values.
 *
 * @param dynamics mu = 0: `d` is the scaled gradient, and the mean is `(1 - nu) <O_L - O_R>`; with momentum the steps must hold
 * `nextVelocityDotParameters` and `nextVelocitySquared`.
 */
export function sasaPlus({ momentum }: Dynamics, options: SasaPlusOptions = {}): StationarityTest {
  const { significance = 0.05, leakRatio = 8, minimum = 1000, factor = 0.1 } = options;
  const isPlain = momentum === 0;
  return {
    name: 'SASA+',
    columns: isPlain ? ['oL', 'oR'] : ['nextVelocityDotParameters', 'nextVelocitySquared'],
    factor,
    repeats: true,
    begin: ({ isFirst, stepsPerEpoch, learningRate }) => {
      const drift = growingSeries();
      const every = Math.min(LONGEST_PAUSE, stepsPerEpoch);
      return ([first = NaN, second = NaN]) => {
        drift.push(isPlain ? first - second : (learningRate / 2) * second - first);
        const count = drift.length();
        const kept = Math.floor(count / leakRatio);
        if (count % every !== 0 || kept < minimum) return undefined;
        const newest = drift.newest(kept);
        const holdsZero = (values: Float64Array): boolean => {
          const { low, high } = batchMeans(values, 1 - significance);
          return low < 0 && high > 0;
        };
        const parts = isFirst ? [newest, ...halvesOf(newest)] : [newest];
        if (!parts.every(holdsZero) || !halvesAgree(newest)) return undefined;
        const { low, high } = batchMeans(newest, 1 - significance);
        return `the drift of |θ|² over ${kept} steps, ${formatNumber(low)} to ${formatNumber(high)}, may be 0`;
      };
    },
  };
}
