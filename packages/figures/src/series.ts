import type { LineSeriesOption, ScatterSeriesOption } from 'echarts';
import type { Chart, Marks, Trace } from './chart.js';
import { linePoints, type Curve, type LinePoint } from './curve.js';
import type { Range, Scale } from './scale.js';
import type { Theme } from './theme.js';

/** A series of the chart library with its points. */
export type ChartSeries = (LineSeriesOption | ScatterSeriesOption) & { readonly data: LinePoint[] };

/** The line of a trace; `curve` is the part of it that is shown. */
export function lineSeries(trace: Trace, scale: Scale, curve: Curve): ChartSeries {
  const { color, width = 1.75, opacity = 1, dashed, stairs, dots, filled, symbol } = trace;
  const data = linePoints(curve, scale);
  return {
    type: 'line',
    name: trace.name,
    data,
    step: stairs ? 'end' : false,
    showSymbol: symbol !== undefined || (dots === true && curve.length <= 60),
    symbol: symbol ?? 'circle',
    symbolSize: symbol === undefined ? 5 : sparse(data.length),
    lineStyle: { color, width, opacity, type: dashed ? [6, 4] : 'solid', join: 'round' },
    itemStyle: { color, opacity: Math.max(opacity, 0.75) },
    emphasis: { disabled: true },
    connectNulls: false,
    ...(filled && { areaStyle: { color, opacity: 0.14, origin: 'start' } }),
  };
}

/** Most symbols on a curve. */
const SYMBOLS = 12;

/** The size of a symbol: none at most of the points where there are many. */
function sparse(points: number): (value: unknown, at: { readonly dataIndex: number }) => number {
  const stride = Math.max(1, Math.ceil(points / SYMBOLS));
  return (_value, { dataIndex }) => ((points - 1 - dataIndex) % stride === 0 ? 8 : 0);
}

/** The band and the gaps: coloured areas behind the curves. */
function areasOf({ band, gaps = [] }: Chart, theme: Theme, yRange: Range) {
  const visible = band && { from: Math.max(band.from, yRange.from), to: Math.min(band.to, yRange.to) };
  const bands = visible && visible.from < visible.to ? [visible] : [];
  return [
    ...bands.map(({ from, to }): [object, object] => [
      { yAxis: from, itemStyle: { color: theme.band } },
      { yAxis: to },
    ]),
    ...gaps.map(({ from, to }, index): [object, object] => {
      // Only the first gap has a label, because the labels of many would overlap.
      const label = { show: index === 0, formatter: 'not finite', color: theme.text, fontSize: 11 };
      return [{ xAxis: from, itemStyle: { color: theme.gap }, label }, { xAxis: to }];
    }),
  ];
}

/** An empty series below all curves. It carries the areas and a dotted line for each change of the learning rate. */
export function backdrop(chart: Chart, theme: Theme, yRange: Range): ChartSeries {
  const changes = chart.learningRateChanges ?? [];
  return {
    type: 'line',
    silent: true,
    z: 1,
    data: [],
    markArea: { silent: true, data: areasOf(chart, theme, yRange) },
    markLine: {
      silent: true,
      symbol: 'none',
      label: { show: false },
      lineStyle: { color: theme.muted, type: [2, 4], width: 1, opacity: changes.length > 60 ? 0.35 : 0.7 },
      data: changes.map(({ epoch }) => ({ xAxis: epoch })),
    },
  };
}

/** The symbols of marks. */
export function markSeries({ name, color, symbol, rotate = 0, points }: Marks): ChartSeries {
  return {
    type: 'scatter',
    name,
    symbol,
    symbolRotate: rotate,
    symbolSize: 8,
    itemStyle: { color },
    silent: true,
    data: points.map(({ x, y }) => [x, y]),
  };
}
