import type { StationarityTest } from './stationarity-test.js';

/** Options of {@link pflug}. */
export interface PflugOptions {
  /** Steps before the first test. */
  readonly burnIn?: number;
  /** What the learning rate is multiplied by. */
  readonly factor?: number;
}

/**
 * Pflug's test (1990), as Chee and Toulis (AISTATS 2018) use it: two successive gradients point the same way while the training
 * approaches a minimum, and apart once it circles it. It fires where the running sum of `g_t . g_(t-1)` is negative after the burn-in.
 */
export function pflug({ burnIn = 1000, factor = 0.5 }: PflugOptions = {}): StationarityTest {
  return {
    name: 'Pflug',
    columns: ['gradientProduct'],
    factor,
    repeats: true,
    begin: () => {
      let sum = 0;
      let count = 0;
      return ([product = NaN]) => {
        sum += product;
        count++;
        return count > burnIn && sum < 0
          ? `the sum of g_t · g_(t-1) over ${count.toLocaleString('en')} steps is negative`
          : undefined;
      };
    },
  };
}
