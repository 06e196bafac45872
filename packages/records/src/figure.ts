import { z } from 'zod';
import { anyNumber } from './number-codec.js';

/** A figure's id, also the name of its files: `fig3a`, `figS2b`. */
export const figureId = z
  .string()
  .regex(/^fig[A-Za-z0-9]{1,61}$/, 'a figure id is "fig" and 1 to 61 letters and digits');

/** Whether the measurement supports a claim; `undecided` where it is too uncertain, or nothing could be measured. */
export const verdict = z.enum(['holds', 'does not hold', 'undecided']);
/** See {@link verdict}. */
export type Verdict = z.infer<typeof verdict>;

/** The values for which a claim is true. The bounds are not among them; either may be infinite. */
const tolerance = z.object({ low: anyNumber, high: anyNumber });
/** See `tolerance`. */
export type Tolerance = Readonly<z.infer<typeof tolerance>>;

/** One value that decides about a claim, with its 95 % interval and the verdict on it alone. */
export const measurement = z.object({
  /** What was measured, and where: `O_L / O_R at η = 0.05`. */
  quantity: z.string(),
  mean: anyNumber,
  low: anyNumber,
  high: anyNumber,
  /** Why it cannot decide, whatever its value. */
  obstacle: z.string().optional(),
  verdict,
});
/** See {@link measurement}. */
export type Measurement = Readonly<z.infer<typeof measurement>>;

/** One claim of the paper, and what was measured. */
export const claim = z.object({
  statement: z.string(),
  /** The section of the paper that makes the claim. */
  section: z.string(),
  /** The condition under which the claim holds. */
  test: z.string(),
  /** The measurements in words. */
  measured: z.string(),
  /** Figures drawn before there were intervals have neither of these three. */
  tolerance: tolerance.optional(),
  measurements: z.array(measurement).readonly().optional(),
  /** How much of the paper's experiment the verdict is of, as `--scale` names it. */
  scale: z.string().optional(),
  verdict,
});
/** See {@link claim}. */
export type Claim = Readonly<z.infer<typeof claim>>;

/** The numbers behind the claims. */
const table = z.object({
  columns: z.array(z.string()),
  rows: z.array(z.array(z.union([anyNumber, z.string()]))),
});

/** The values of a curve; null stands for a value that is not finite. */
const values = z.array(z.number().nullable());
const range = z.object({ from: z.number(), to: z.number() });
const scale = z.enum(['linear', 'log']);
/** One colour for each theme of the page. */
const color = z.object({ light: z.string(), dark: z.string() });

const trace = z.object({
  name: z.string(),
  color,
  width: z.number().optional(),
  opacity: z.number().optional(),
  dashed: z.boolean().optional(),
  stairs: z.boolean().optional(),
  dots: z.boolean().optional(),
  curve: z.object({
    x: z.array(z.number()),
    low: values,
    /** Left out where it equals `low`. */
    high: values.optional(),
    /** Indices of the points at which the curve is interrupted. */
    breaks: z.array(z.int().min(0)),
  }),
});

const marks = z.object({
  name: z.string(),
  color,
  symbol: z.enum(['circle', 'triangle', 'diamond']),
  rotate: z.number().optional(),
  hideInLegend: z.boolean().optional(),
  points: z.array(z.object({ x: z.number(), y: z.number().nullable() })),
});

/** One panel of a figure: its curves and its axes. */
export const panelRecord = z.object({
  title: z.string(),
  x: scale,
  y: scale,
  /** Range of the horizontal axis. */
  range,
  xName: z.string().optional(),
  legend: z.array(z.string()).optional(),
  chart: z.object({
    name: z.string(),
    unit: z.literal('percent').optional(),
    yRange: range.optional(),
    band: range.optional(),
    traces: z.array(trace),
    marks: z.array(marks).optional(),
  }),
});
/** See {@link panelRecord}. */
export type PanelRecord = z.infer<typeof panelRecord>;

/** A figure's entry in a list of figures. */
export const figureSummary = z.object({
  id: figureId,
  title: z.string(),
  claims: z.array(claim),
  /** Jobs that are done, and jobs that were planned. They are equal once the experiment is complete. */
  jobs: z.object({ done: z.int().min(0), planned: z.int().min(0) }),
  /** ISO 8601, UTC. */
  drawnAt: z.iso.datetime(),
});
/** See {@link figureSummary}. */
export type FigureSummary = z.infer<typeof figureSummary>;

/** `fig3a.json`: a reproduced figure of the paper as data, from which it can be drawn again. */
export const figureRecord = figureSummary.extend({
  schemaVersion: z.literal(1),
  caption: z.string(),
  /** The command line that made it. */
  command: z.string(),
  /** A sentence about the share of the paper's experiment that was run. */
  scale: z.string(),
  panels: z.array(panelRecord),
  tables: z.array(z.object({ title: z.string(), table })),
});
/** See {@link figureRecord}. */
export type FigureRecord = z.infer<typeof figureRecord>;

/** Answer of `GET /api/figures`. */
export const figureList = z.object({
  figures: z.array(figureSummary),
  damaged: z.array(z.object({ id: z.string(), error: z.string() })),
});
/** See {@link figureList}. */
export type FigureList = z.infer<typeof figureList>;
