import type { LineSeriesOption, ScatterSeriesOption } from 'echarts';
import type { Chart, Marks, Trace } from './chart.js';
import { linePoints, type Curve, type LinePoint } from './curve.js';
import type { Range, Scale } from './scale.js';
import type { Theme } from './theme.js';

/** A series of the chart library with its points. */
export type ChartSeries = (LineSeriesOption | ScatterSeriesOption) & { readonly data: LinePoint[] };

/** The line of a trace; `curve` is the part of it that is shown. */
export function lineSeries(trace: Trace, scale: Scale, curve: Curve): ChartSeries {
  const { color, width = 1.75, opacity = 1, dashed, stairs, dots, filled } = trace;
  return {
    type: 'line',
    name: trace.name,
    data: linePoints(curve, scale),
    step: stairs ? 'end' : false,
    showSymbol: dots === true && curve.length <= 60,
    symbol: 'circle',
    symbolSize: 5,
    lineStyle: { color, width, opacity, type: dashed ? [6, 4] : 'solid', join: 'round' },
    itemStyle: { color, opacity: Math.max(opacity, 0.75) },
    emphasis: { disabled: true },
    connectNulls: false,
    ...(filled && { areaStyle: { color, opacity: 0.14, origin: 'start' } }),
  };
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
