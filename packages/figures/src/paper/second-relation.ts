import type { Interval, SecondRelationPoint } from '@fdr/core/relations';
import type { Chart, Marks, Trace } from '../chart.js';
import { curvePoint, type Curve } from '../curve.js';
import { rangeOf, type Range } from '../scale.js';
import { THEMES, type Theme, type ThemeName } from '../theme.js';
import type { Panel } from './panels.js';

/** What is drawn at one learning rate. */
type RelationPoint = Pick<SecondRelationPoint, 'learningRate' | 'oFB' | 'lineRatio'>;

/** What figure 3 draws. */
export interface SecondRelationFigure {
  /** In ascending order of the learning rate; at least one. */
  readonly points: readonly RelationPoint[];
  /** Slope of the straight line through the origin and the first point. */
  readonly slope: number;
  /** The same slope from Hessian-vector products; undefined if they were not computed. */
  readonly productsSlope?: number | undefined;
  /** <O_FB> as the noise spectrum predicts it for the runs' way of drawing mini-batches, by rising learning rate; undefined as above. */
  readonly prediction?: readonly { readonly learningRate: number; readonly oFB: number }[] | undefined;
  /** <-v' . grad f> at random steps, where it was read. */
  readonly descents?: readonly { readonly learningRate: number; readonly descent: Interval }[] | undefined;
  /** The relative distance from the line that counts as a departure. */
  readonly tolerance: number;
}

/**
 * Figure 3. Top: the stationary average of O_FB (18) against the learning rate, with 95 % confidence intervals over seeds, and the
 * straight line through the origin and the smallest learning rate. Bottom: O_FB over that line.
 */
export function secondRelationPanels(relation: SecondRelationFigure, theme: ThemeName = 'light'): Panel[] {
  const [lowest = 0.1] = relation.points.map(({ learningRate }) => learningRate);
  const highest = relation.points.at(-1)?.learningRate ?? lowest;
  const linear = { from: 0, to: 1.05 * highest };
  const log = { from: lowest / 1.3, to: highest * 1.3 };
  const xName = 'learning rate η';
  return [
    {
      title: 'Full-batch observable against the learning rate',
      x: 'linear',
      y: 'linear',
      range: linear,
      xName,
      chart: observableChart(relation, linear, THEMES[theme]),
    },
    {
      title: 'Its distance from the line',
      x: 'log',
      y: 'linear',
      range: log,
      xName,
      chart: lineRatioChart(relation, log, THEMES[theme]),
    },
  ];
}

function observableChart(
  { points, slope, productsSlope, prediction = [], descents = [] }: SecondRelationFigure,
  range: Range,
  { hues }: Theme,
): Chart {
  const line = (gradient: number): Curve => [curvePoint(0, 0), curvePoint(range.to, gradient * range.to)];
  const products: Trace[] = [];
  if (productsSlope !== undefined)
    products.push({ name: 'Hessian-vector products', curve: line(productsSlope), color: hues.green, dashed: true });
  const predicted: Curve = prediction.map(({ learningRate, oFB }) => curvePoint(learningRate, oFB));
  if (predicted.length > 0) products.push({ name: 'prediction', curve: predicted, color: hues.purple });
  const { to } = rangeOf(
    [0, ...points.flatMap(({ oFB }) => [oFB.mean, oFB.high]), ...descents.map(({ descent }) => descent.mean)],
    'linear',
  );
  const { bars, dots } = intervals(points, ({ oFB }) => oFB, hues.blue);
  const diamonds: Marks = {
    name: '⟨−v′ · ∇f⟩',
    color: hues.purple,
    symbol: 'diamond',
    points: descents.map(({ learningRate, descent }) => ({ x: learningRate, y: descent.mean })),
  };
  return {
    name: '⟨O_FB⟩',
    yRange: { from: 0, to },
    traces: [{ name: 'line through 0 and the smallest η', curve: line(slope), color: hues.orange }, ...products, bars],
    marks: descents.length > 0 ? [dots, diamonds] : [dots],
  };
}

function lineRatioChart(
  { points, slope, tolerance, prediction = [] }: SecondRelationFigure,
  range: Range,
  { hues }: Theme,
): Chart {
  const { bars, dots } = intervals(points, ({ lineRatio }) => lineRatio, hues.blue);
  const seen = prediction.filter(({ learningRate }) => learningRate >= range.from);
  const predicted: Trace[] = [];
  if (seen.length > 0)
    predicted.push({
      name: 'prediction',
      curve: seen.map(({ learningRate, oFB }) => curvePoint(learningRate, oFB / (slope * learningRate))),
      color: hues.purple,
    });
  return {
    name: '⟨O_FB⟩ / line',
    band: { from: 1 - tolerance, to: 1 + tolerance },
    traces: [
      { name: 'line', curve: [curvePoint(range.from, 1), curvePoint(range.to, 1)], color: hues.orange },
      ...predicted,
      bars,
    ],
    marks: [dots],
  };
}

/** A vertical line from end to end of each interval that has bounds, and a dot at each mean. */
function intervals(
  points: readonly RelationPoint[],
  intervalOf: (point: RelationPoint) => Interval,
  color: string,
): { readonly bars: Trace; readonly dots: Marks } {
  const found = points.map((point) => ({ x: point.learningRate, ...intervalOf(point) }));
  const bounded = found.filter(({ low, high }) => Number.isFinite(low) && Number.isFinite(high));
  return {
    bars: {
      name: '95 % confidence',
      curve: bounded.map(({ x, low, high }) => ({ x, low, high, broken: true })),
      color,
      width: 2.5,
      opacity: 0.6,
    },
    dots: { name: 'mean over seeds', color, symbol: 'circle', points: found.map(({ x, mean }) => ({ x, y: mean })) },
  };
}
