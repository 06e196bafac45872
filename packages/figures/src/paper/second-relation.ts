import type { Marks, Trace } from '../chart.js';
import { curve } from '../curve.js';
import { rangeOf } from '../scale.js';
import { THEMES, type ThemeName } from '../theme.js';
import type { Panel } from './panels.js';

interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** What is known at one learning rate. */
export interface RelationPoint {
  readonly learningRate: number;
  /** <O_FB> and its confidence interval. */
  readonly oFB: Interval;
  /** <O_FB> over the straight line. */
  readonly lineRatio: Interval;
}

export interface Relation {
  /** By rising learning rate; at least one. */
  readonly points: readonly RelationPoint[];
  /** Of the straight line through the origin and the first point. */
  readonly slope: number;
  /** The same from Hessian-vector products, where they were made. */
  readonly productsSlope?: number | undefined;
  /** How far from the line counts as having left it. */
  readonly tolerance: number;
}

/**
 * Figure 3: the stationary average of O_FB (18) against the learning rate, with 95 % confidence intervals over seeds, and the
 * straight line through the origin and the smallest learning rate; below, O_FB over that line.
 */
export function secondRelationPanels(
  { points, slope, productsSlope, tolerance }: Relation,
  theme: ThemeName = 'light',
): Panel[] {
  const { lines } = THEMES[theme];
  const [blue, red, green] = lines as [string, string, string];
  const rates = points.map(({ learningRate }) => learningRate);
  const [least = 0.1] = rates;
  const most = rates.at(-1) ?? least;
  const linear = { from: 0, to: 1.05 * most };
  const heights = rangeOf([0, ...points.flatMap(({ oFB }) => [oFB.mean, oFB.high])], 'linear');
  const log = { from: least / 1.3, to: most * 1.3 };
  const xName = 'learning rate η';
  return [
    {
      title: 'Full-batch observable against the learning rate',
      ...{ x: 'linear', y: 'linear', range: linear, xName },
      chart: {
        name: '⟨O_FB⟩',
        heights: { from: 0, to: heights.to },
        traces: [
          {
            name: 'line through 0 and the smallest η',
            curve: curve([0, linear.to], [0, slope * linear.to]),
            color: red,
          },
          ...(productsSlope === undefined
            ? []
            : [
                {
                  name: 'Hessian-vector products',
                  curve: curve([0, linear.to], [0, productsSlope * linear.to]),
                  color: green,
                  dashed: true,
                },
              ]),
          bars(points, ({ oFB }) => oFB, blue),
        ],
        marks: [dots(points, ({ oFB }) => oFB, blue)],
      },
    },
    {
      title: 'Its distance from the line',
      ...{ x: 'log', y: 'linear', range: log, xName },
      chart: {
        name: '⟨O_FB⟩ / line',
        band: { from: 1 - tolerance, to: 1 + tolerance },
        traces: [
          { name: 'line', curve: curve([log.from, log.to], [1, 1]), color: red },
          bars(points, ({ lineRatio }) => lineRatio, blue),
        ],
        marks: [dots(points, ({ lineRatio }) => lineRatio, blue)],
      },
    },
  ];
}

/** Upright lines from end to end of the intervals; those without bounds have none. */
function bars(points: readonly RelationPoint[], of: (point: RelationPoint) => Interval, color: string): Trace {
  const bounded = points.filter((point) => Number.isFinite(of(point).low) && Number.isFinite(of(point).high));
  return {
    name: '95 % confidence',
    curve: {
      x: bounded.map(({ learningRate }) => learningRate),
      low: bounded.map((point) => of(point).low),
      high: bounded.map((point) => of(point).high),
      broken: bounded.map(() => true),
    },
    color,
    width: 2.5,
    opacity: 0.6,
  };
}

const dots = (points: readonly RelationPoint[], of: (point: RelationPoint) => Interval, color: string): Marks => ({
  name: 'mean over seeds',
  color,
  symbol: 'circle',
  points: points.map((point) => ({ x: point.learningRate, y: of(point).mean })),
});
