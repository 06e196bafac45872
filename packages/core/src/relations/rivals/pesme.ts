import { formatNumber } from '../format.js';
import type { StationarityTest } from './stationarity-test.js';

/** Options of {@link pesme}: its authors' names and defaults. */
export interface PesmeOptions {
  /** q: the distance is looked at after `q^j` steps. */
  readonly ratio?: number;
  /** k_0: the first test is at `j = k_0 + 1`. */
  readonly first?: number;
  /** The test fires where the slope of the distance is below this. */
  readonly slope?: number;
  /** What the learning rate is multiplied by. */
  readonly factor?: number;
}

/**
 * The distance test of Pesme, Dieuleveut and Flammarion (ICML 2020): the distance from where the learning rate was last changed,
 * `D_k = |theta_k - theta_start|`, grows like a power of the number of steps on the way and stops growing in the stationary state. It
 * fires at `k = ceil(q^j)` where
 *
 *     (log D_k - log D_(k/q)) / log q < 0.6
 *
 * The recorded distance is that from the training's beginning, so that only the first firing can be told.
 */
export function pesme({ ratio = 1.5, first = 5, slope = 0.6, factor = 0.5 }: PesmeOptions = {}): StationarityTest {
  return {
    name: 'Pesme',
    columns: ['startDistanceSquared'],
    factor,
    repeats: false,
    begin: () => {
      let count = 0;
      let power = 0;
      let before = NaN;
      return ([squared = NaN]) => {
        count++;
        if (count !== Math.ceil(ratio ** power)) return undefined;
        const found = (Math.log(squared) / 2 - before) / Math.log(ratio);
        before = Math.log(squared) / 2;
        const isTested = power > first;
        while (Math.ceil(ratio ** power) <= count) power++;
        return isTested && found < slope
          ? `the distance from the start grew as the ${formatNumber(found)}th power of the steps, slower than ${slope}`
          : undefined;
      };
    },
  };
}
