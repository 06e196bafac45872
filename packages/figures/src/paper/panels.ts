import type {
  EChartsOption,
  GridComponentOption,
  LegendComponentOption,
  TitleComponentOption,
  XAXisComponentOption,
  YAXisComponentOption,
} from 'echarts';
import { chartOption, chartParts } from '../chart-option.js';
import { legendEntries, type Chart } from '../chart.js';
import { reduceCurve, type LinePoint } from '../curve.js';
import type { View } from '../run-records.js';
import type { Range, Scale } from '../scale.js';
import type { ChartSeries } from '../series.js';
import type { Table } from '../table.js';
import { THEMES, type ThemeName } from '../theme.js';

/** One panel of a figure of the paper. */
export interface Panel {
  readonly title: string;
  readonly chart: Chart;
  readonly x: Scale;
  readonly y: Scale;
  /** Range of the horizontal axis; positive where `x` is log. */
  readonly range: Range;
  /** Name of the horizontal axis, `epoch` by default. */
  readonly xName?: string | undefined;
  /** The names that the legend lists; all by default. */
  readonly legend?: readonly string[] | undefined;
}

/** A font that can be shipped, and Verdana, which has the same width, so that a picture is the same on every machine. */
const PRINT_FONT = 'DejaVu Sans, Verdana, sans-serif';

/** Lengths in pixels. A panel is as wide as the picture; its title and legend are above it, the name of its axis is below. */
const LAYOUT = { width: 860, header: 56, plot: 210, gap: 8, axis: 44, left: 84, right: 24, top: 8, bottom: 8 };

/** The size in pixels of the picture of {@link panelsOption}. */
export function panelsSize(panels: readonly Panel[]): { readonly width: number; readonly height: number } {
  const heights = panels.map((panel, index) => heightOf(panel, panels[index + 1]));
  return { width: LAYOUT.width, height: heights.reduce((sum, height) => sum + height, LAYOUT.top + LAYOUT.bottom) };
}

/** Whether a panel and the next one have the same horizontal axis, which is then labelled below the next one only. */
const sharesAxis = (panel: Panel, next: Panel | undefined): boolean =>
  next?.x === panel.x &&
  (next.xName ?? '') === (panel.xName ?? '') &&
  next.range.from === panel.range.from &&
  next.range.to === panel.range.to;

const heightOf = (panel: Panel, next: Panel | undefined): number =>
  LAYOUT.header + LAYOUT.plot + (sharesAxis(panel, next) ? LAYOUT.gap : LAYOUT.axis);

/** A trace is shown as a line, marks as their symbol. */
function legendData({ chart, legend }: Panel) {
  const entries = legendEntries(chart);
  const data = [
    ...entries.traces.map((name) => ({ name, itemStyle: { opacity: 0 } })),
    ...entries.marks.map((name) => ({ name })),
  ];
  return data.filter(({ name }) => legend?.includes(name) ?? true);
}

/**
 * The points of a series; none where all lie above the axis, or all below. Nothing of them would be visible, and a renderer
 * may fail on a shape outside the picture (resvg 2.6 does).
 */
function visiblePoints(points: LinePoint[], { min, max }: { readonly min: number; readonly max: number }): LinePoint[] {
  const values = points.flatMap(([, y]) => y ?? []);
  return values.every((y) => y > max) || values.every((y) => y < min) ? [] : points;
}

/** The chart library's option for one panel alone, as the dashboard shows it. */
export function panelOption(panel: Panel, view: Pick<View, 'y' | 'range' | 'theme'>): EChartsOption {
  const { x, y, xName } = panel;
  // The panel's own vertical range was chosen for all epochs and for its own scale.
  const isDefaultView = view.range === null && view.y === y;
  const chart = isDefaultView ? panel.chart : { ...panel.chart, yRange: undefined };
  const option = chartOption(chart, { x, y: view.y, theme: view.theme }, view.range ?? panel.range, xName);
  return { ...option, legend: { ...option.legend, data: legendData(panel) } };
}

/** The parts of {@link panelsOption} that belong to one panel. */
interface PanelParts {
  readonly title: TitleComponentOption;
  readonly legend: LegendComponentOption;
  readonly grid: GridComponentOption;
  readonly xAxis: XAXisComponentOption;
  readonly yAxis: YAXisComponentOption;
  readonly series: readonly ChartSeries[];
}

function panelParts(panel: Panel, next: Panel | undefined, index: number, top: number, theme: ThemeName): PanelParts {
  const { title, x, y, range, xName = 'epoch' } = panel;
  const single = chartParts(panel.chart, { x, y, theme }, range);
  const isShared = sharesAxis(panel, next);
  return {
    title: {
      text: title,
      left: LAYOUT.left - 5,
      top,
      textStyle: { color: THEMES[theme].text, fontSize: 14, fontWeight: 600 },
    },
    legend: {
      ...single.legend,
      type: 'plain',
      left: LAYOUT.left - 5,
      right: LAYOUT.right,
      top: top + 26,
      itemGap: 20,
      data: legendData(panel),
    },
    grid: {
      left: LAYOUT.left,
      right: LAYOUT.right,
      top: top + LAYOUT.header,
      height: LAYOUT.plot,
      outerBoundsMode: 'none',
    },
    xAxis: {
      ...single.xAxis,
      gridIndex: index,
      axisLabel: { ...single.xAxis.axisLabel, show: !isShared },
      name: isShared ? '' : xName,
    },
    yAxis: { ...single.yAxis, gridIndex: index, nameGap: 60 },
    series: single.series.map((series): ChartSeries => ({
      ...series,
      xAxisIndex: index,
      yAxisIndex: index,
      data: visiblePoints(series.data, single.yAxis),
    })),
  };
}

/**
 * The chart library's option for panels one below another, as in the paper's figures. Each is drawn as the dashboard draws
 * its chart, in a grid of its own. The picture has the size of {@link panelsSize}.
 */
export function panelsOption(panels: readonly Panel[], theme: ThemeName = 'light'): EChartsOption {
  const { text, background } = THEMES[theme];
  let top = LAYOUT.top;
  const parts = panels.map((panel, index) => {
    const next = panels[index + 1];
    const part = panelParts(panel, next, index, top, theme);
    top += heightOf(panel, next);
    return part;
  });
  return {
    animation: false,
    backgroundColor: background,
    textStyle: { fontFamily: PRINT_FONT, color: text },
    title: parts.map(({ title }) => title),
    legend: parts.map(({ legend }) => legend),
    grid: parts.map(({ grid }) => grid),
    xAxis: parts.map(({ xAxis }) => xAxis),
    yAxis: parts.map(({ yAxis }) => yAxis),
    series: parts.flatMap(({ series }) => series),
  };
}

/**
 * All that the panels draw, one row per point, in full precision. Where a point stands for many steps, `low` and `high` are their
 * extremes; elsewhere both are the value.
 */
export function panelsTable(panels: readonly Panel[]): Table {
  return {
    columns: ['panel', 'curve', 'x', 'low', 'high'],
    rows: panels.flatMap(({ title, chart, range, x: scale }) => [
      ...chart.traces.flatMap(({ name, curve }) =>
        reduceCurve(curve, range, scale).map(({ x, low, high }) => [title, name, x, low, high]),
      ),
      ...(chart.marks ?? []).flatMap(({ name, points }) => points.map(({ x, y }) => [title, name, x, y, y])),
    ]),
  };
}
