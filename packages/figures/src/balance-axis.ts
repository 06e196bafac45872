import type { Marks } from './chart.js';
import type { Curve } from './curve.js';
import { isWithin, rangeOf, type Range, type Scale } from './scale.js';

/** How a ratio of the two sides is drawn on an axis. A log axis shows its distance from one, which falls by decades. */
interface BalanceAxis {
  readonly name: string;
  /** The value on the axis of a ratio. */
  readonly toAxis: (ratio: number) => number;
  readonly yRange: Range;
  /** The values that count as equilibrium: those of the ratios within `1 - X .. 1 + X`. */
  readonly band: Range;
}

/**
 * A linear axis shows the neighbourhood of one. It is wide enough for most of the visible ratios and for three times the band: the ratios of the
 * first epochs are tens, and would flatten everything that comes later. A log axis shows `|ratio - 1|`.
 *
 * @param ratios the visible ones.
 * @param threshold X of section 3.3, in (0, 1).
 */
export function balanceAxis(ratios: readonly number[], threshold: number, scale: Scale): BalanceAxis {
  if (scale === 'log') {
    const toAxis = (ratio: number): number => Math.abs(ratio - 1);
    const yRange = rangeOf([...ratios.map(toAxis), threshold / 3, threshold * 3], 'log');
    return { name: '|ratio − 1|', toAxis, yRange, band: { from: yRange.from, to: threshold } };
  }
  const finite = ratios.filter(Number.isFinite);
  const distances = finite.map((ratio) => Math.abs(ratio - 1)).sort((left, right) => left - right);
  const typical = distances[Math.floor(0.75 * (distances.length - 1))] ?? 0;
  const reach = Math.max(3 * threshold, 1.5 * typical);
  const lowest = Math.min(1 - 3 * threshold, ...finite.filter((ratio) => ratio >= 1 - reach));
  const highest = Math.max(1 + 3 * threshold, ...finite.filter((ratio) => ratio <= 1 + reach));
  return {
    name: 'ratio',
    toAxis: (ratio) => ratio,
    yRange: rangeOf([lowest, highest], 'linear'),
    band: { from: 1 - threshold, to: 1 + threshold },
  };
}

/** A curve of ratios with the axis' values in their place. */
export const onBalanceAxis = (curve: Curve, { toAxis }: BalanceAxis): Curve =>
  curve.map(({ x, low, broken }) => ({ x, low: toAxis(low), high: toAxis(low), broken }));

/**
 * Arrows at the edge of the axis for the points that lie beyond it, so that they are not hidden.
 *
 * @param curve of the axis' values.
 * @param epochs the visible ones.
 */
export function outlierArrows(curve: Curve, { yRange }: BalanceAxis, epochs: Range, color: string): Marks[] {
  const { from, to } = yRange;
  const margin = 0.025 * (to - from);
  const visible = curve.filter(({ x }) => isWithin(epochs, x));
  const arrows: Omit<Marks, 'name' | 'points'> = { color, symbol: 'triangle', hideInLegend: true };
  return [
    {
      ...arrows,
      name: 'above the axis',
      points: visible.filter(({ low }) => low > to).map(({ x }) => ({ x, y: to - margin })),
    },
    {
      ...arrows,
      name: 'below the axis',
      rotate: 180,
      points: visible.filter(({ low }) => low < from).map(({ x }) => ({ x, y: from + margin })),
    },
  ];
}
