import type { PanelRecord } from '@fdr/records';
import type { Marks, Trace } from '../chart.js';
import { reduceCurve, type Curve } from '../curve.js';
import type { ThemeName } from '../theme.js';
import type { Panel } from './panels.js';

type TraceRecord = PanelRecord['chart']['traces'][number];
type MarksRecord = NonNullable<PanelRecord['chart']['marks']>[number];

/** Significant digits of a recorded number: those of float32, in which steps are recorded. */
const DIGITS = 7;
const rounded = (value: number): number => Number(value.toPrecision(DIGITS));
const encode = (value: number): number | null => (Number.isFinite(value) ? rounded(value) : null);
const decode = (value: number | null | undefined): number => value ?? NaN;

/**
 * Panels in the form of a file: curves reduced to what a page shows, and every colour for both themes.
 *
 * @param light the panels drawn for the light theme.
 * @param dark the same panels drawn for the dark theme, which differ in nothing but their colours.
 */
export function recordPanels(light: readonly Panel[], dark: readonly Panel[]): PanelRecord[] {
  return light.map(({ title, x, y, range, xName, legend, chart }, panelIndex) => {
    const darkChart = dark[panelIndex]?.chart;
    const colors = (color: string, darkColor = color): TraceRecord['color'] => ({ light: color, dark: darkColor });
    return {
      title,
      x,
      y,
      range,
      xName,
      legend: legend && [...legend],
      chart: {
        name: chart.name,
        unit: chart.unit,
        yRange: chart.yRange,
        band: chart.band,
        traces: chart.traces.map((trace, index) => ({
          ...trace,
          color: colors(trace.color, darkChart?.traces[index]?.color),
          curve: encodeCurve(reduceCurve(trace.curve, range, x)),
        })),
        marks: chart.marks?.map((marks, index) => ({
          ...marks,
          color: colors(marks.color, darkChart?.marks?.[index]?.color),
          points: marks.points.map((point) => ({ x: rounded(point.x), y: encode(point.y) })),
        })),
      },
    };
  });
}

function encodeCurve(curve: Curve): TraceRecord['curve'] {
  const isPlain = curve.every(({ low, high }) => Object.is(low, high));
  return {
    x: curve.map(({ x }) => rounded(x)),
    low: curve.map(({ low }) => encode(low)),
    high: isPlain ? undefined : curve.map(({ high }) => encode(high)),
    breaks: curve.flatMap(({ broken }, index) => (broken ? [index] : [])),
  };
}

/** The panels of a record, for one theme. */
export const recordedPanels = (records: readonly PanelRecord[], theme: ThemeName): Panel[] =>
  records.map(({ chart, ...panel }) => ({
    ...panel,
    chart: {
      ...chart,
      traces: chart.traces.map((trace) => recordedTrace(trace, theme)),
      marks: chart.marks?.map((marks) => recordedMarks(marks, theme)),
    },
  }));

function decodeCurve({ x: xs, low, high = low, breaks }: TraceRecord['curve']): Curve {
  const broken = new Set(breaks);
  return xs.map((x, index) => ({
    x,
    low: decode(low[index]),
    high: decode(high[index]),
    broken: broken.has(index),
  }));
}

const recordedTrace = (trace: TraceRecord, theme: ThemeName): Trace => ({
  ...trace,
  color: trace.color[theme],
  curve: decodeCurve(trace.curve),
});

const recordedMarks = (marks: MarksRecord, theme: ThemeName): Marks => ({
  ...marks,
  color: marks.color[theme],
  points: marks.points.map(({ x, y }) => ({ x, y: decode(y) })),
});
