import type { EChartsOption } from 'echarts';
import { chartOption, type Chart } from '../chart.js';
import { reduceCurve } from '../curve.js';
import type { View } from '../run-records.js';
import type { Range, Scale } from '../scale.js';
import type { Table } from '../table.js';
import { THEMES, type ThemeName } from '../theme.js';

/** One panel of a figure of the paper. */
export interface Panel {
  readonly title: string;
  readonly chart: Chart;
  readonly x: Scale;
  readonly y: Scale;
  /** What the horizontal axis shows; positive where `x` is log. */
  readonly range: Range;
  /** Of the horizontal axis; `epoch` unless told. */
  readonly xName?: string;
  /** Names in the legend; all where it is left out. */
  readonly legend?: readonly string[];
}

/** A font that can be shipped, and Verdana, which is as wide: the same picture on every machine. */
export const PRINT_FONT = 'DejaVu Sans, Verdana, sans-serif';

/** Pixels. A panel is as wide as the page; its title and legend stand above it, its axis' name below it. */
const LAYOUT = { width: 860, header: 56, plot: 210, gap: 8, axis: 44, left: 84, right: 24, top: 8 } as const;

/** Size of a picture of so many panels, pixels. */
export function panelsSize(panels: readonly Panel[]): { readonly width: number; readonly height: number } {
  return { width: LAYOUT.width, height: LAYOUT.top + panels.reduce((sum, panel) => sum + heightOf(panel, panels), 8) };
}

/** Panels over the same axis write its numbers and its name once, below the last of them. */
function sharesAxis(panel: Panel, panels: readonly Panel[]): boolean {
  const next = panels[panels.indexOf(panel) + 1];
  if (!next || next.x !== panel.x || (next.xName ?? '') !== (panel.xName ?? '')) return false;
  return next.range.from === panel.range.from && next.range.to === panel.range.to;
}

const heightOf = (panel: Panel, panels: readonly Panel[]): number =>
  LAYOUT.header + LAYOUT.plot + (sharesAxis(panel, panels) ? LAYOUT.gap : LAYOUT.axis);

/** A line stands for a trace, its symbol for marks. */
function legendOf({ chart, legend }: Panel): object[] {
  const listed = (name: string): boolean => legend?.includes(name) ?? true;
  const marks = (chart.marks ?? []).filter(({ points, unlisted }) => points.length > 0 && !unlisted);
  return [
    ...chart.traces.map(({ name }) => ({ name, itemStyle: { opacity: 0 } })),
    ...marks.map(({ name }) => ({ name })),
  ].filter(({ name }) => listed(name));
}

/**
 * The points of a series; none where all lie above the axis, or all below. Nothing of those would be seen, and a program that paints
 * the picture may stumble over a shape outside of it (resvg 2.6 does).
 */
function inSight(data: unknown, from: number, to: number): unknown {
  if (!Array.isArray(data)) return data;
  const heights = (data as [number, number | null][]).flatMap(([, y]) => y ?? []);
  return heights.every((y) => y > to) || heights.every((y) => y < from) ? [] : data;
}

/** The chart library's option for one panel alone, as the dashboard shows it. */
export function panelOption(panel: Panel, view: Pick<View, 'y' | 'range' | 'theme'>): EChartsOption {
  const range = view.range ?? panel.range;
  const { heights, ...chart } = panel.chart;
  // Heights that were chosen for the whole, on the scale that was chosen with them.
  const whole = view.range === null && view.y === panel.y && heights !== undefined;
  const option = chartOption(whole ? panel.chart : chart, { ...view, x: panel.x }, range, panel.xName) as Single;
  return { ...option, legend: { ...option.legend, data: legendOf(panel) } } as EChartsOption;
}

type Single = Record<'grid' | 'legend' | 'xAxis' | 'yAxis', Record<string, unknown>> & {
  readonly series: readonly Record<string, unknown>[];
};

/**
 * The chart library's option for panels one below another, as the paper's figures have them: each is drawn as the dashboard draws
 * its chart, in a grid of its own. For a picture of {@link panelsSize}.
 */
export function panelsOption(panels: readonly Panel[], theme: ThemeName = 'light'): EChartsOption {
  const { text, background } = THEMES[theme];
  let top: number = LAYOUT.top;
  const parts = panels.map((panel, index) => {
    const single = chartOption(panel.chart, { x: panel.x, y: panel.y, range: null, theme }, panel.range) as Single;
    const begin = top;
    top += heightOf(panel, panels);
    const shared = sharesAxis(panel, panels);
    const axisLabel = { ...(single.xAxis['axisLabel'] as object), show: !shared };
    return {
      title: {
        text: panel.title,
        left: LAYOUT.left - 5,
        top: begin,
        textStyle: { color: text, fontSize: 14, fontWeight: 600 },
      },
      legend: {
        ...single.legend,
        ...{ type: 'plain', left: LAYOUT.left - 5, right: LAYOUT.right, top: begin + 26, itemGap: 20 },
        data: legendOf(panel),
      },
      grid: {
        ...single.grid,
        ...{ left: LAYOUT.left, right: LAYOUT.right, top: begin + LAYOUT.header, height: LAYOUT.plot },
        bottom: undefined,
      },
      xAxis: { ...single.xAxis, gridIndex: index, axisLabel, name: shared ? '' : (panel.xName ?? 'epoch') },
      yAxis: { ...single.yAxis, gridIndex: index, nameGap: 60 },
      series: single.series.map((series) => ({
        ...series,
        ...{ xAxisIndex: index, yAxisIndex: index },
        data: inSight(series['data'], single.yAxis['min'] as number, single.yAxis['max'] as number),
      })),
    };
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
  } as EChartsOption;
}

/**
 * All that the panels draw, a row a point, in full precision. Where a point stands for many steps, `low` and `high` are their
 * extremes; elsewhere both are the value.
 */
export function panelsTable(panels: readonly Panel[]): Table {
  return {
    columns: ['panel', 'curve', 'x', 'low', 'high'],
    rows: panels.flatMap(({ title, chart, range, x: scale }) => [
      ...chart.traces.flatMap(({ name, curve }) => {
        const { x, low, high } = reduceCurve(curve, range, scale);
        return x.map((at, index) => [title, name, at, low[index] as number, high[index] as number]);
      }),
      ...(chart.marks ?? []).flatMap(({ name, points }) => points.map(({ x, y }) => [title, name, x, y, y])),
    ]),
  };
}
