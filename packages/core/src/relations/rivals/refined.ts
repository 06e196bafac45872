import { inRange } from '../../validate.js';

/** Options of {@link refinedSchedule}. */
export interface RefinedOptions {
  /** Width of the median filter as a part of the steps, in [0, 1); its authors' default. */
  readonly smoothing?: number;
}

/** The median of the window around each value, which is cut at the ends. */
function medianFilter(values: Float64Array, radius: number): Float64Array {
  const sorted: number[] = [];
  const place = (value: number): number => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] ?? NaN) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  for (const value of values.subarray(0, radius)) sorted.splice(place(value), 0, value);
  return values.map((_, index) => {
    const [entering, leaving] = [values[index + radius], values[index - radius - 1]];
    if (entering !== undefined) sorted.splice(place(entering), 0, entering);
    if (leaving !== undefined) sorted.splice(place(leaving), 1);
    const middle = sorted.length >> 1;
    const upper = sorted[middle] ?? NaN;
    return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
  });
}

/**
 * The schedule that a training's gradient norms ask for afterwards (Defazio, Cutkosky, Mehta and Mishchenko 2023, arXiv 2310.07831),
 * for SGD: with `G_t = |grad f^B|` under a median filter of `2 floor(s n / 2) + 1` steps,
 *
 *     w_t = G_t^-2,   eta_t ~ w_t sum_(p > t) w_p
 *
 * as a part of its largest value; the last one is 0.
 *
 * @param norms `|grad f^B|` of each step, above 0.
 * @returns as many numbers, in [0, 1].
 * @throws OptionError if the smoothing is out of its range.
 */
export function refinedSchedule(norms: Float64Array, { smoothing = 0.1 }: RefinedOptions = {}): Float64Array {
  inRange('smoothing', smoothing, { min: 0, below: 1 });
  const weights = medianFilter(norms, Math.floor((smoothing * norms.length) / 2)).map((norm) => norm ** -2);
  let rest = 0;
  const rates = weights.toReversed().map((weight) => {
    const rate = weight * rest;
    rest += weight;
    return rate;
  });
  const largest = rates.reduce((most, rate) => Math.max(most, rate), 0);
  return rates.map((rate) => rate / largest).toReversed();
}
