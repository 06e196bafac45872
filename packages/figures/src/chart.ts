import { formatNumber } from '@fdr/core/relations';
import type {
  EChartsOption,
  LegendComponentOption,
  LineSeriesOption,
  ScatterSeriesOption,
  XAXisComponentOption,
  YAXisComponentOption,
} from 'echarts';
import { linePoints, reduceCurve, type Curve, type LinePoint } from './curve.js';
import type { LearningRateChange } from './learning-rate-changes.js';
import type { View } from './run-records.js';
import { isWithin, rangeOf, ticks, type Range, type Scale } from './scale.js';
import { FONT, THEMES, type Theme } from './theme.js';
import { tooltip } from './tooltip.js';

/** One curve of a chart. */
export interface Trace {
  readonly name: string;
  readonly curve: Curve;
  readonly color: string;
  /** Line width in pixels, 1.75 by default. */
  readonly width?: number | undefined;
  /** In (0, 1], 1 by default. */
  readonly opacity?: number | undefined;
  readonly dashed?: boolean | undefined;
  /** Each value holds until the next point. */
  readonly stairs?: boolean | undefined;
  /** Every point is drawn as a dot while there are few of them. */
  readonly dots?: boolean | undefined;
}

/** Points that are not joined by a line, such as a best value. */
export interface Marks {
  readonly name: string;
  readonly color: string;
  readonly symbol: 'circle' | 'triangle' | 'diamond';
  /** Rotation of the symbol in degrees. */
  readonly rotate?: number | undefined;
  readonly hideInLegend?: boolean | undefined;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** What a figure draws, independent of the chart library. */
export interface Chart {
  /** Name of the vertical axis. */
  readonly name: string;
  readonly traces: readonly Trace[];
  readonly marks?: readonly Marks[] | undefined;
  /** The values that count as balanced. */
  readonly band?: Range | undefined;
  /** Epochs in which a value is not finite. */
  readonly gaps?: readonly Range[] | undefined;
  readonly learningRateChanges?: readonly LearningRateChange[] | undefined;
  /** Range of the vertical axis; that of all visible values by default. */
  readonly yRange?: Range | undefined;
  /** `percent`: the values are fractions of one, and the axis shows percentages. */
  readonly unit?: 'percent' | undefined;
}

/** A series of the chart library with its points. */
export type ChartSeries = (LineSeriesOption | ScatterSeriesOption) & { readonly data: LinePoint[] };

function lineSeries(trace: Trace, scale: Scale, curve: Curve): ChartSeries {
  const { color, width = 1.75, opacity = 1, dashed, stairs, dots } = trace;
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
function backdrop(chart: Chart, theme: Theme, yRange: Range): ChartSeries {
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

function markSeries({ name, color, symbol, rotate = 0, points }: Marks): ChartSeries {
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

type NumericAxis<Option> = Extract<Option, { type?: 'value' | 'log' }>;

/** A horizontal or vertical axis of the chart library with the numbers of its ends. */
type ChartAxis = NumericAxis<XAXisComponentOption> &
  NumericAxis<YAXisComponentOption> & {
    readonly min: number;
    readonly max: number;
  };

/** What the two axes of a chart differ in. */
interface AxisStyle {
  readonly name: string;
  readonly nameGap: number;
  /** The approximate number of ticks. */
  readonly tickCount: number;
  readonly formatValue: (value: number) => string;
}

function axis(
  scale: Scale,
  range: Range,
  theme: Theme,
  { name, nameGap, tickCount, formatValue }: AxisStyle,
): ChartAxis {
  const customValues = ticks(scale, range, tickCount);
  return {
    type: scale === 'log' ? 'log' : 'value',
    min: range.from,
    max: range.to,
    axisLine: { show: false },
    axisTick: { show: false, customValues },
    axisLabel: {
      color: theme.muted,
      fontSize: 12,
      hideOverlap: true,
      customValues,
      formatter: (value: number) => formatValue(value),
    },
    splitLine: { show: true, lineStyle: { color: theme.grid, width: 1 } },
    nameLocation: 'middle',
    nameTextStyle: { color: theme.muted, fontSize: 12 },
    name,
    nameGap,
  };
}

function legendOption(names: readonly string[], theme: Theme): LegendComponentOption {
  return {
    type: 'scroll',
    left: 6,
    right: 6,
    top: 6,
    itemWidth: 18,
    itemHeight: 8,
    itemGap: 16,
    // Where the legend scrolls, the line height makes room for the text; what is taller than the symbols would be cut off.
    textStyle: { color: theme.text, fontSize: 12, lineHeight: 16 },
    pageTextStyle: { color: theme.muted },
    pageIconColor: theme.muted,
    pageIconInactiveColor: theme.grid,
    data: names.map((name) => ({ name })),
  };
}

/** The traces and the marks that a legend lists, each group in order. */
export function legendEntries({ traces, marks = [] }: Chart): { readonly traces: string[]; readonly marks: string[] } {
  return {
    traces: traces.map(({ name }) => name),
    marks: marks.filter(({ points, hideInLegend }) => points.length > 0 && !hideInLegend).map(({ name }) => name),
  };
}

/** A fraction of one on an axis, as a short percentage. */
const shortPercent = (fraction: number): string => `${formatNumber(100 * fraction)} %`;

/** The parts of a chart, from which the option for one chart or for several together is made. */
export interface ChartParts {
  readonly legend: LegendComponentOption;
  readonly xAxis: ChartAxis;
  readonly yAxis: ChartAxis;
  readonly tooltip: NonNullable<EChartsOption['tooltip']>;
  readonly series: readonly ChartSeries[];
}

/**
 * The parts of a chart. All axes, ticks and points are decided here, from numbers alone: the same
 * records give the same picture in a browser and in a file.
 *
 * @param range the visible range of the horizontal axis.
 * @param xName name of the horizontal axis.
 */
export function chartParts(
  chart: Chart,
  view: Pick<View, 'x' | 'y' | 'theme'>,
  range: Range,
  xName = 'epoch',
): ChartParts {
  const theme = THEMES[view.theme];
  const traces = chart.traces.map((trace) => ({ trace, curve: reduceCurve(trace.curve, range, view.x) }));
  const yRange = chart.yRange ?? valueRange(traces, range, view.y);
  const formatValue = chart.unit === 'percent' ? shortPercent : (value: number) => formatNumber(value);
  const entries = legendEntries(chart);
  const content = {
    curves: traces.map(({ trace: { name }, curve }) => ({ name, curve })),
    changes: chart.learningRateChanges ?? [],
    range,
    xName,
    formatValue,
  };
  return {
    legend: legendOption([...entries.traces, ...entries.marks], theme),
    xAxis: axis(view.x, range, theme, { name: xName, nameGap: 28, tickCount: 8, formatValue: (x) => formatNumber(x) }),
    yAxis: axis(view.y, yRange, theme, { name: chart.name, nameGap: 52, tickCount: 5, formatValue }),
    tooltip: tooltip(content, theme),
    series: [
      backdrop(chart, theme, yRange),
      ...traces.map(({ trace, curve }) => lineSeries(trace, view.y, curve)),
      ...(chart.marks ?? []).map(markSeries),
    ],
  };
}

/** The range of the values of several curves inside a range of the horizontal axis. */
function valueRange(curves: readonly { readonly curve: Curve }[], range: Range, scale: Scale): Range {
  const visible = curves.flatMap(({ curve }) => curve.filter(({ x }) => isWithin(range, x)));
  return rangeOf(
    visible.flatMap(({ low, high }) => [low, high]),
    scale,
  );
}

/** The chart library's option for {@link chartParts}. */
export function chartOption(
  chart: Chart,
  view: Pick<View, 'x' | 'y' | 'theme'>,
  range: Range,
  xName?: string,
): EChartsOption & Pick<ChartParts, 'legend'> {
  const { background, text } = THEMES[view.theme];
  const { legend, xAxis, yAxis, tooltip, series } = chartParts(chart, view, range, xName);
  return {
    animation: false,
    backgroundColor: background,
    textStyle: { fontFamily: FONT, color: text },
    grid: { left: 68, right: 18, top: 42, bottom: 48, outerBoundsMode: 'none' },
    legend,
    xAxis,
    yAxis,
    tooltip,
    series: [...series],
  };
}
