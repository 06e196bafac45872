import { formatNumber } from '@fdr/core/relations';
import type { EChartsOption, LegendComponentOption, XAXisComponentOption, YAXisComponentOption } from 'echarts';
import { legendEntries, type Chart } from './chart.js';
import { reduceCurve, type Curve } from './curve.js';
import type { View } from './run-records.js';
import { isWithin, rangeOf, ticks, type Range, type Scale } from './scale.js';
import { backdrop, lineSeries, markSeries, type ChartSeries } from './series.js';
import { FONT, THEMES, type Theme } from './theme.js';
import { tooltip } from './tooltip.js';

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
): Omit<EChartsOption, 'legend'> & Pick<ChartParts, 'legend'> {
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
