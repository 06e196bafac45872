import type { Curve } from './curve.js';
import type { LearningRateChange } from './learning-rate-changes.js';
import type { Range } from './scale.js';

/** Symbols that are told apart when they are small. */
export const TRACE_SYMBOLS = ['circle', 'rect', 'triangle', 'diamond', 'arrow', 'pin'] as const;
/** See {@link TRACE_SYMBOLS}. */
type TraceSymbol = (typeof TRACE_SYMBOLS)[number];

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
  /** Drawn at some of the points, so that curves are told apart without their colours. */
  readonly symbol?: TraceSymbol | undefined;
  /** What lies below it is shaded. */
  readonly filled?: boolean | undefined;
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

/** The traces and the marks that a legend lists, each group in order. */
export function legendEntries({ traces, marks = [] }: Chart): { readonly traces: string[]; readonly marks: string[] } {
  return {
    traces: traces.map(({ name }) => name),
    marks: marks.filter(({ points, hideInLegend }) => points.length > 0 && !hideInLegend).map(({ name }) => name),
  };
}
