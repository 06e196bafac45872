import type { PanelRecord } from '@fdr/records';
import type { Chart, Marks, Trace } from '../chart.js';
import { reduceCurve, type Curve } from '../curve.js';
import type { ThemeName } from '../theme.js';
import type { Panel } from './panels.js';

type TraceRecord = PanelRecord['chart']['traces'][number];
type MarksRecord = NonNullable<PanelRecord['chart']['marks']>[number];

/** Significant digits of a picture's numbers: those of float32, as steps are recorded. */
const DIGITS = 7;
const rounded = (value: number): number => Number(value.toPrecision(DIGITS));
const told = (value: number): number | null => (Number.isFinite(value) ? rounded(value) : null);
const read = (value: number | null): number => value ?? NaN;

/** The fields that are there. */
type Present<Fields> = { [Name in keyof Fields]: Exclude<Fields[Name], undefined> };
const present = <Fields extends object>(fields: Fields): Present<Fields> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<Fields>;

/**
 * Panels as a file can keep them: curves as a page shows them, and a colour for each look.
 *
 * @param light the panels as they are drawn on a light page
 * @param dark the same on a dark one: nothing but colours differ
 */
export function recordPanels(light: readonly Panel[], dark: readonly Panel[]): PanelRecord[] {
  return light.map((panel, place) => {
    const { title, x, y, range, xName, legend, chart } = panel;
    const other = dark[place]?.chart;
    const colors = (color: string, at: { readonly color: string } | undefined) => ({
      light: color,
      dark: at?.color ?? color,
    });
    return present({
      ...{ title, x, y, range, xName, legend: legend && [...legend] },
      chart: present({
        ...{ name: chart.name, unit: chart.unit, heights: chart.heights, band: chart.band },
        traces: chart.traces.map((trace, index) => {
          const curve = curveRecord(reduceCurve(trace.curve, range, x));
          return { ...trace, color: colors(trace.color, other?.traces[index]), curve };
        }),
        marks: chart.marks?.map((marks, index) => ({
          ...{ ...marks, color: colors(marks.color, other?.marks?.[index]) },
          points: marks.points.map((point) => ({ x: rounded(point.x), y: told(point.y) })),
        })),
      }),
    });
  });
}

function curveRecord({ x, low, high, broken }: Curve): TraceRecord['curve'] {
  const plain = low.every((value, index) => Object.is(value, high[index]));
  return {
    ...{ x: x.map(rounded), low: low.map(told), ...(!plain && { high: high.map(told) }) },
    breaks: broken.flatMap((value, index) => (value ? [index] : [])),
  };
}

/** The panels of a record, for one look of the page. */
export const recordedPanels = (records: readonly PanelRecord[], theme: ThemeName): Panel[] =>
  records.map(({ chart, ...panel }) => {
    const drawn: Chart = present({
      ...chart,
      traces: chart.traces.map((trace) => recordedTrace(trace, theme)),
      marks: chart.marks?.map((marks) => recordedMarks(marks, theme)),
    });
    return { ...present(panel), chart: drawn };
  });

function recordedTrace(
  { color, curve: { x, low, high = low, breaks }, ...style }: TraceRecord,
  theme: ThemeName,
): Trace {
  const stops = new Set(breaks);
  const curve = { x, low: low.map(read), high: high.map(read), broken: x.map((_, index) => stops.has(index)) };
  return { ...present(style), color: color[theme], curve };
}

const recordedMarks = ({ color, points, ...style }: MarksRecord, theme: ThemeName): Marks => ({
  ...present(style),
  color: color[theme],
  points: points.map(({ x, y }) => ({ x, y: read(y) })),
});
