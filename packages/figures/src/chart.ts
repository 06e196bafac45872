import type { EChartsOption, LineSeriesOption, ScatterSeriesOption } from 'echarts';
import { linePoints, reduceCurve, type Curve } from './curve.js';
import type { Drop } from './event-text.js';
import { numberText } from './number-text.js';
import type { View } from './run-records.js';
import { rangeOf, ticks, type Range } from './scale.js';
import { FONT, THEMES, type Theme } from './theme.js';
import { tooltip } from './tooltip.js';

/** One curve of a chart. */
export interface Trace {
  readonly name: string;
  readonly curve: Curve;
  readonly color: string;
  /** Line width in pixels; 1.75 unless told. */
  readonly width?: number;
  readonly opacity?: number;
  readonly dashed?: boolean;
  /** A value holds until the next point. */
  readonly stairs?: boolean;
  /** A dot at every point while there are few. */
  readonly dots?: boolean;
}

/** Points that stand for themselves: a best value, something beyond the axis. */
export interface Marks {
  readonly name: string;
  readonly color: string;
  readonly symbol: 'circle' | 'triangle' | 'diamond';
  /** Turn of the symbol, degrees. */
  readonly rotate?: number;
  /** Left out of the legend. */
  readonly unlisted?: boolean;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** What a figure draws, free of the chart library. */
export interface Chart {
  /** Of the vertical axis. */
  readonly name: string;
  readonly traces: readonly Trace[];
  readonly marks?: readonly Marks[];
  /** Heights at which values agree. */
  readonly band?: Range;
  /** Stretches of epochs with a value that is not a number. */
  readonly gaps?: readonly Range[];
  readonly drops?: readonly Drop[];
  /** Heights to show; all the values where it is missing. */
  readonly heights?: Range;
  /** Of the values: shares of one are written as percentages. */
  readonly unit?: 'percent';
}

function lineSeries(trace: Trace, view: View, visible: Curve): LineSeriesOption {
  const { color, width = 1.75, opacity = 1, dashed, stairs, dots } = trace;
  return {
    type: 'line',
    name: trace.name,
    data: linePoints(visible, view.y),
    ...(stairs ? { step: 'end' as const } : {}),
    showSymbol: dots === true && visible.x.length <= 60,
    symbol: 'circle',
    symbolSize: 5,
    lineStyle: { color, width, opacity, type: dashed ? [6, 4] : 'solid', join: 'round' },
    itemStyle: { color, opacity: Math.max(opacity, 0.75) },
    emphasis: { disabled: true },
    connectNulls: false,
  };
}

/** Bands, gaps and drops: an empty series that carries them, below all curves. */
function backdrop(chart: Chart, theme: Theme, view: View, heights: Range): LineSeriesOption {
  const area = ({ from, to }: Range, axis: 'xAxis' | 'yAxis', color: string) =>
    [{ [axis]: from, itemStyle: { color } }, { [axis]: to }] as [object, object];
  const band = chart.band && {
    from: Math.max(chart.band.from, heights.from),
    to: Math.min(chart.band.to, heights.to),
  };
  const shown = chart.drops ?? [];
  return {
    type: 'line',
    silent: true,
    z: 1,
    data: [],
    markArea: {
      silent: true,
      data: [
        ...(band && band.from < band.to ? [area(band, 'yAxis', theme.band)] : []),
        ...(chart.gaps ?? []).map((gap, index) => {
          const [from, to] = area(gap, 'xAxis', theme.gap);
          // One word is enough, and many would lie upon each other.
          const label = { show: index === 0, formatter: 'not finite', color: theme.text, fontSize: 11 };
          return [{ ...from, label }, to] as [object, object];
        }),
      ],
    },
    markLine: {
      silent: true,
      symbol: 'none',
      label: { show: false },
      lineStyle: { color: theme.muted, type: [2, 4], width: 1, opacity: shown.length > 60 ? 0.35 : 0.7 },
      data: shown.map(({ epoch }) => ({ xAxis: epoch })),
    },
  };
}

function markSeries({ name, color, symbol, rotate = 0, points }: Marks): ScatterSeriesOption {
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

function axis(scale: View['x'], range: Range, about: number, theme: Theme, text: (value: number) => string) {
  const customValues = ticks(scale, range, about);
  return {
    type: scale === 'log' ? ('log' as const) : ('value' as const),
    min: range.from,
    max: range.to,
    axisLine: { show: false },
    axisTick: { show: false, customValues },
    axisLabel: {
      color: theme.muted,
      fontSize: 12,
      hideOverlap: true,
      customValues,
      formatter: (value: number) => text(value),
    },
    splitLine: { show: true, lineStyle: { color: theme.grid, width: 1 } },
    nameLocation: 'middle' as const,
    nameTextStyle: { color: theme.muted, fontSize: 12 },
  };
}

/** A share of one on an axis: as short as it gets. */
const percent = (share: number): string => `${numberText(100 * share)} %`;

/**
 * The chart library's option for a chart over `epochs`. All axes, ticks and points are decided here, from numbers alone: the same
 * records give the same picture in a browser and in a file.
 */
export function chartOption(chart: Chart, view: View, epochs: Range, xName = 'epoch'): EChartsOption {
  const theme = THEMES[view.theme];
  const visible = chart.traces.map((trace) => reduceCurve(trace.curve, epochs, view.x));
  const within = visible.flatMap(({ x, low, high }) =>
    x.flatMap((at, index) =>
      at >= epochs.from && at <= epochs.to ? [low[index] as number, high[index] as number] : [],
    ),
  );
  const heights = chart.heights ?? rangeOf(within, view.y);
  const text = chart.unit === 'percent' ? percent : numberText;
  const marks = chart.marks ?? [];
  const legend = [...chart.traces, ...marks.filter(({ points, unlisted }) => points.length > 0 && !unlisted)];
  return {
    animation: false,
    backgroundColor: theme.background,
    textStyle: { fontFamily: FONT, color: theme.text },
    grid: { left: 68, right: 18, top: 42, bottom: 48, outerBoundsMode: 'none' },
    legend: {
      type: 'scroll',
      left: 6,
      right: 6,
      top: 6,
      itemWidth: 18,
      itemHeight: 8,
      itemGap: 16,
      // The height makes room for the text where the legend scrolls, which cuts off what is taller than its symbols.
      textStyle: { color: theme.text, fontSize: 12, lineHeight: 16 },
      pageTextStyle: { color: theme.muted },
      pageIconColor: theme.muted,
      pageIconInactiveColor: theme.grid,
      data: legend.map(({ name }) => ({ name })),
    },
    xAxis: { ...axis(view.x, epochs, 8, theme, (value) => numberText(value)), name: xName, nameGap: 28 },
    yAxis: { ...axis(view.y, heights, 5, theme, text), name: chart.name, nameGap: 52 },
    tooltip: tooltip(
      chart.traces.map(({ name }, index) => ({ name, curve: visible[index] as Curve })),
      chart.drops ?? [],
      epochs,
      theme,
      text,
      xName,
    ),
    series: [
      backdrop(chart, theme, view, heights),
      ...chart.traces.map((trace, index) => lineSeries(trace, view, visible[index] as Curve)),
      ...marks.map(markSeries),
    ],
  };
}
