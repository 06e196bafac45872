import type { Range, Scale } from './scale.js';
import { bucketCount, stepsInBucket, type StepSeries } from './step-series.js';

/**
 * Values along a growing abscissa. At each point everything between `low` and `high` occurred; a plain curve has both
 * the same. Where `broken`, a value was not finite: the curve stops there, though finite extremes may still stand.
 */
export interface Curve {
  readonly x: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly broken: readonly boolean[];
}

/** The curve through the points (x, y); a `y` that is not finite breaks it. `x` grows. */
export function curve(x: readonly number[], y: readonly number[]): Curve {
  return { x, low: y, high: y, broken: y.map((value) => !Number.isFinite(value)) };
}

/** The extremes of a column, bucket by bucket, over epochs: a bucket stands at the middle of its steps. */
export function columnCurve(series: StepSeries, name: string, stepsPerEpoch: number): Curve {
  const column = series.columns.get(name);
  const count = column ? bucketCount(series) : 0;
  const x: number[] = [];
  const low: number[] = [];
  const high: number[] = [];
  const broken: boolean[] = [];
  for (let bucket = 0; column && bucket < count; bucket += 1) {
    const steps = stepsInBucket(series, bucket);
    const finite = column.finite[bucket] as number;
    x.push((bucket * series.width + (steps + 1) / 2) / stepsPerEpoch);
    low.push(finite > 0 ? (column.minimum[bucket] as number) : NaN);
    high.push(finite > 0 ? (column.maximum[bucket] as number) : NaN);
    broken.push(finite < steps);
  }
  return { x, low, high, broken };
}

/** Index of the first element that is not below `value`, in ascending order. */
function lowerBound(ascending: readonly number[], value: number): number {
  let from = 0;
  let to = ascending.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((ascending[middle] as number) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}

/**
 * The curve as a page can show it: the points inside `window` and one neighbour on either side, and, where those are more than
 * `cells`, one point for each of `cells` equal stretches of the axis, carrying the extremes of all its points. On a
 * log scale the stretches are equal in the logarithm, so early points keep their detail.
 */
export function reduceCurve(source: Curve, window: Range, scale: Scale, cells = 1500): Curve {
  const first = Math.max(0, lowerBound(source.x, window.from) - 1);
  const beyond = lowerBound(source.x, window.to);
  const last = Math.min(source.x.length, beyond + (source.x[beyond] === window.to ? 2 : 1));
  if (last - first <= cells) {
    return {
      x: source.x.slice(first, last),
      low: source.low.slice(first, last),
      high: source.high.slice(first, last),
      broken: source.broken.slice(first, last),
    };
  }
  const place = scale === 'log' ? Math.log : (value: number) => value;
  const origin = place(window.from);
  const span = place(window.to) - origin;
  const x: number[] = [];
  const low: number[] = [];
  const high: number[] = [];
  const broken: boolean[] = [];
  for (let start = first; start < last;) {
    const cell = Math.floor(((place(source.x[start] as number) - origin) / span) * cells);
    let end = start;
    let least = NaN;
    let most = NaN;
    let broke = false;
    for (; end < last; end += 1) {
      if (end > start && Math.floor(((place(source.x[end] as number) - origin) / span) * cells) !== cell) break;
      const bottom = source.low[end] as number;
      const top = source.high[end] as number;
      if (!(least <= bottom) && Number.isFinite(bottom)) least = bottom;
      if (!(most >= top) && Number.isFinite(top)) most = top;
      broke ||= source.broken[end] as boolean;
    }
    x.push(source.x[(start + end - 1) >> 1] as number);
    low.push(least);
    high.push(most);
    broken.push(broke);
    start = end;
  }
  return { x, low, high, broken };
}

/** A point of a line as the chart library takes it; `null` breaks the line. */
export type LinePoint = [number, number | null];

/**
 * The curve as one line that runs from extreme to extreme, up at one point and down at the next, and stops where the curve is
 * broken or the scale can't show the value.
 */
export function linePoints(source: Curve, scale: Scale): LinePoint[] {
  const shown = (value: number): number | null =>
    Number.isFinite(value) && (scale === 'linear' || value > 0) ? value : null;
  const points: LinePoint[] = [];
  source.x.forEach((x, index) => {
    const low = shown(source.low[index] as number);
    const high = shown(source.high[index] as number);
    if (low === high) points.push([x, low]);
    else if (index % 2 === 0) points.push([x, low], [x, high]);
    else points.push([x, high], [x, low]);
    if (source.broken[index]) points.push([x, null]);
  });
  return points;
}

/** Stretches of the abscissa over which the curve is broken, each reaching half-way to its unbroken neighbours. */
export function brokenRanges({ x, broken }: Curve): Range[] {
  const ranges: Range[] = [];
  for (let index = 0; index < x.length; index += 1) {
    if (!broken[index]) continue;
    const start = index;
    while (broken[index + 1]) index += 1;
    const edge = (inside: number, outside: number): number =>
      ((x[inside] as number) + (x[outside] ?? (x[inside] as number))) / 2;
    ranges.push({ from: edge(start, start - 1), to: edge(index, index + 1) });
  }
  return ranges;
}
