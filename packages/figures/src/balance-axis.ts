import type { Marks } from './chart.js';
import type { Curve } from './curve.js';
import { rangeOf, type Range, type Scale } from './scale.js';

/** How a ratio of two sides is put on an axis. On a log axis it is the distance from one that falls by decades. */
export interface BalanceAxis {
  readonly name: string;
  /** From a ratio to its height. */
  readonly height: (ratio: number) => number;
  readonly heights: Range;
  /** Heights that count as equilibrium: 1 - X .. 1 + X. */
  readonly band: Range;
}

/**
 * A linear axis shows the neighbourhood of one, wide enough for most of the ratios in sight and three times the band: the first epochs'
 * ratios are tens, and would hide everything that comes later. A log axis shows |ratio - 1|.
 * @param ratios those in sight.
 * @param threshold X of section 3.3, in (0, 1).
 */
export function balanceAxis(ratios: readonly number[], threshold: number, scale: Scale): BalanceAxis {
  if (scale === 'log') {
    const height = (ratio: number): number => Math.abs(ratio - 1);
    const heights = rangeOf([...ratios.map(height), threshold / 3, threshold * 3], 'log');
    return { name: '|ratio − 1|', height, heights, band: { from: heights.from, to: threshold } };
  }
  const finite = ratios.filter(Number.isFinite);
  const distances = finite.map((ratio) => Math.abs(ratio - 1)).sort((left, right) => left - right);
  const typical = distances[Math.floor(0.75 * (distances.length - 1))] ?? 0;
  const reach = Math.max(3 * threshold, 1.5 * typical);
  const least = Math.min(1 - 3 * threshold, ...finite.filter((ratio) => ratio >= 1 - reach));
  const most = Math.max(1 + 3 * threshold, ...finite.filter((ratio) => ratio <= 1 + reach));
  return {
    name: 'ratio',
    height: (ratio) => ratio,
    heights: rangeOf([least, most], 'linear'),
    band: { from: 1 - threshold, to: 1 + threshold },
  };
}

/** The curve at the axis' heights. */
export function onAxis(source: Curve, { height }: BalanceAxis): Curve {
  const placed = source.low.map(height);
  return { ...source, low: placed, high: placed };
}

/** Arrows at the edge for the points that lie beyond the axis: cut off, but not hidden. */
export function beyond({ x, low }: Curve, { heights }: BalanceAxis, epochs: Range, color: string): Marks[] {
  const margin = 0.025 * (heights.to - heights.from);
  const at = (chosen: (value: number) => boolean, y: number) =>
    x.flatMap((epoch, index) =>
      epoch >= epochs.from && epoch <= epochs.to && chosen(low[index] as number) ? [{ x: epoch, y }] : [],
    );
  return [
    {
      name: 'above the axis',
      color,
      symbol: 'triangle',
      unlisted: true,
      points: at((value) => value > heights.to, heights.to - margin),
    },
    {
      name: 'below the axis',
      color,
      symbol: 'triangle',
      unlisted: true,
      rotate: 180,
      points: at((value) => value < heights.from, heights.from + margin),
    },
  ];
}
