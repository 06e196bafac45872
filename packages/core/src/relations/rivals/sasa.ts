import { formatNumber } from '../format.js';
import { batchMeans, halvesAgree, halvesOf } from './batch-means.js';
import { growingSeries } from './growing-series.js';
import type { StationarityTest } from './stationarity-test.js';

/** Options of {@link sasa}: its authors' names and defaults. */
export interface SasaOptions {
  /** 1 - sigma is the level of the intervals. */
  readonly significance?: number;
  /** delta: how far from 0 the mean of `O_L - O_R` may lie, as a part of O_R. */
  readonly tolerance?: number;
  /** Fewest and most values of a test. */
  readonly minimum?: number;
  readonly maximum?: number;
  /** Steps between two tests. */
  readonly every?: number;
  /** What the learning rate is multiplied by. */
  readonly factor?: number;
}

/**
 * SASA (Lang, Zhang and Xiao, NeurIPS 2019), as its published code tests: with `z = O_L - O_R` over the newer half of the steps since
 * the learning rate changed, at most `maximum`, it fires where the confidence interval of z by batch means lies inside
 * `(-delta, delta)` times the mean of O_R, and the means of both halves of z have the same sign. Before the first firing the interval
 * of each half must lie inside too.
 *
 * Its authors take `|v|^2` before the step; here it is O_R, with v after it. Their means are the same.
 */
export function sasa(options: SasaOptions = {}): StationarityTest {
  const { significance = 0.05, tolerance = 0.1, minimum = 100, maximum = 1000, every = 1000, factor = 0.1 } = options;
  return {
    name: 'SASA',
    columns: ['oL', 'oR'],
    factor,
    repeats: true,
    begin: ({ isFirst }) => {
      const [defects, rights] = [growingSeries(), growingSeries()];
      return ([left = NaN, right = NaN]) => {
        defects.push(left - right);
        rights.push(right);
        const count = defects.length();
        const kept = Math.min(count - Math.floor(count / 2), maximum);
        if (count % every !== 0 || kept < minimum) return undefined;
        const newest = defects.newest(kept);
        const bound = (tolerance * rights.newest(kept).reduce((sum, value) => sum + value, 0)) / kept;
        const isInside = (values: Float64Array): boolean => {
          const { low, high } = batchMeans(values, 1 - significance);
          return low > -bound && high < bound;
        };
        const parts = isFirst ? halvesOf(newest) : [newest];
        if (!parts.every(isInside) || !isInside(newest) || !halvesAgree(newest)) return undefined;
        const { low, high } = batchMeans(newest, 1 - significance);
        return `the mean of O_L - O_R over ${kept} steps, ${formatNumber(low)} to ${formatNumber(high)}, lies within ±${formatNumber(bound)}`;
      };
    },
  };
}
