/** How an axis maps values to positions. */
export type Scale = 'linear' | 'log';

/** An interval of an axis, `from < to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Whether a value lies in a range, its ends included. */
export const isWithin = ({ from, to }: Range, value: number): boolean => value >= from && value <= to;

function linearTicks({ from, to }: Range, count: number): number[] {
  const power = 10 ** Math.floor(Math.log10((to - from) / count));
  const gap = [1, 2, 5, 10, 20].map((factor) => factor * power).find((size) => (to - from) / size <= count + 1 + 1e-9);
  if (gap === undefined) return [from, to];
  const first = Math.ceil(from / gap - 1e-9);
  const last = Math.floor(to / gap + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * gap).toPrecision(12)));
}

function logTicks({ from, to }: Range, count: number): number[] {
  const decades = Math.log10(to / from);
  if (decades < 0.7) return linearTicks({ from, to }, count);
  const stride = Math.max(1, Math.ceil(decades / count));
  const factors = decades < 1.5 ? [1, 2, 3, 5] : decades < 3 ? [1, 3] : [1];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power += 1) {
    if (power % stride !== 0) continue;
    for (const factor of factors) ticks.push(Number((factor * 10 ** power).toPrecision(12)));
  }
  return ticks.filter((tick) => tick >= from * (1 - 1e-9) && tick <= to * (1 + 1e-9));
}

/**
 * Round values at which an axis is labelled.
 *
 * @param range positive at both ends where `scale` is `log`.
 * @param count the approximate number of ticks, at least 2.
 * @throws RangeError if the range is empty, not finite, or not positive on a log scale.
 * @example ticks('linear', { from: 0, to: 100 }, 5) // [0, 20, 40, 60, 80, 100]
 */
export function ticks(scale: Scale, range: Range, count: number): number[] {
  const { from, to } = range;
  if (!(from < to) || !Number.isFinite(to - from) || (scale === 'log' && from <= 0)) {
    throw new RangeError(
      `an axis (${scale}) needs finite from < to${scale === 'log' ? ', above 0' : ''}, not ${from}..${to}`,
    );
  }
  return scale === 'log' ? logTicks(range, count) : linearTicks(range, count);
}

/**
 * The range that shows all the values, with a margin of 4 % at both ends. Values that the scale cannot show are ignored: those that are not
 * finite and, on a log scale, those that are not positive. The range is never empty.
 *
 * @example rangeOf([1, 2], 'linear') // { from: 0.96, to: 2.04 }
 */
export function rangeOf(values: Iterable<number>, scale: Scale): Range {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value) || (scale === 'log' && value <= 0)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return scale === 'log' ? { from: 0.1, to: 1 } : { from: 0, to: 1 };
  if (scale === 'log') {
    const margin = Math.max((high / low) ** 0.04, 1.02);
    return { from: low / margin, to: high * margin };
  }
  const margin = high > low ? 0.04 * (high - low) : 0.05 * Math.abs(high) || 0.5;
  return { from: low - margin, to: high + margin };
}
