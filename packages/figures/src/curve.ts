import { lowerBound } from './lower-bound.js';
import type { Range, Scale } from './scale.js';
import { bucketsOf, type StepSeries } from './step-series.js';

/** A point of a curve. It stands for all the values from `low` to `high`; both are equal where it stands for a single value. */
export interface CurvePoint {
  readonly x: number;
  readonly low: number;
  readonly high: number;
  /** Whether a value was not finite. The curve is interrupted there, though `low` and `high` may be finite. */
  readonly broken: boolean;
}

/** Points in ascending order of `x`. */
export type Curve = readonly CurvePoint[];

/** A point for a single value, broken if the value is not finite. */
export const curvePoint = (x: number, y: number): CurvePoint => ({ x, low: y, high: y, broken: !Number.isFinite(y) });

/** The extremes of a column's buckets over epochs. Each bucket is drawn at the middle of its steps. */
export function columnCurve(series: StepSeries, name: string, stepsPerEpoch: number): Curve {
  return bucketsOf(series, name).map(({ start, steps, finite, minimum, maximum }) => ({
    x: (start + (steps + 1) / 2) / stepsPerEpoch,
    low: finite > 0 ? minimum : NaN,
    high: finite > 0 ? maximum : NaN,
    broken: finite < steps,
  }));
}

const xOf = ({ x }: CurvePoint): number => x;

/** The point whose `x` is nearest to a value, the left one of two that are equally near; undefined if there are no points. */
export function nearestPoint(curve: Curve, value: number): CurvePoint | undefined {
  const index = lowerBound(curve, value, xOf);
  const [left, right] = [curve[index - 1], curve[index]];
  if (!left || !right) return left ?? right;
  return value - left.x > right.x - value ? right : left;
}

/** One point for many: their extremes, at the `x` of the middle one. */
function mergePoints(points: Curve): CurvePoint {
  let low = NaN;
  let high = NaN;
  for (const point of points) {
    if (!(low <= point.low) && Number.isFinite(point.low)) low = point.low;
    if (!(high >= point.high) && Number.isFinite(point.high)) high = point.high;
  }
  const x = points[(points.length - 1) >> 1]?.x ?? NaN;
  return { x, low, high, broken: points.some(({ broken }) => broken) };
}

/**
 * The points inside `window` and one neighbour on either side. Where those are more than `cells`, the axis is divided into `cells` equal
 * parts and the points of each part become one that carries their extremes. On a
 * log scale the parts are equal in the logarithm, so that early points keep their detail.
 */
export function reduceCurve(curve: Curve, window: Range, scale: Scale, cells = 1500): Curve {
  const first = Math.max(0, lowerBound(curve, window.from, xOf) - 1);
  const next = lowerBound(curve, window.to, xOf);
  const points = curve.slice(first, next + (curve[next]?.x === window.to ? 2 : 1));
  if (points.length <= cells) return points;
  const position = scale === 'log' ? Math.log : (value: number) => value;
  const origin = position(window.from);
  const length = position(window.to) - origin;
  const groups: CurvePoint[][] = [];
  let lastCell = NaN;
  for (const point of points) {
    const cell = Math.floor(((position(point.x) - origin) / length) * cells);
    if (cell === lastCell) groups.at(-1)?.push(point);
    else groups.push([point]);
    lastCell = cell;
  }
  return groups.map(mergePoints);
}

/** A point of a line in the form of the chart library; `null` interrupts the line. */
export type LinePoint = [number, number | null];

/**
 * The curve as one line that runs from extreme to extreme, up at one point and down at the next. It is interrupted where the curve is
 * broken and where the scale cannot show the value.
 */
export function linePoints(curve: Curve, scale: Scale): LinePoint[] {
  const showable = (value: number): number | null =>
    Number.isFinite(value) && (scale === 'linear' || value > 0) ? value : null;
  return curve.flatMap((point, index) => {
    const { x, broken } = point;
    const low = showable(point.low);
    const high = showable(point.high);
    const ends = index % 2 === 0 ? [low, high] : [high, low];
    const line = (low === high ? [low] : ends).map((y): LinePoint => [x, y]);
    return broken ? [...line, [x, null] satisfies LinePoint] : line;
  });
}

/** The intervals of the horizontal axis in which the curve is broken. Each reaches half-way to its unbroken neighbours. */
export function brokenRanges(curve: Curve): Range[] {
  const ranges: Range[] = [];
  let from = NaN;
  curve.forEach((point, index) => {
    if (!point.broken) return;
    const [before, after] = [curve[index - 1], curve[index + 1]];
    if (!before?.broken) from = (point.x + (before ?? point).x) / 2;
    if (!after?.broken) ranges.push({ from, to: (point.x + (after ?? point).x) / 2 });
  });
  return ranges;
}
