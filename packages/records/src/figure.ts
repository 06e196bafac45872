import { z } from 'zod';
import { anyNumber } from './number-codec.js';

/** A figure's id, also its files' name: `fig3a`, `figS2b`. */
export const figureId = z
  .string()
  .regex(/^fig[A-Za-z0-9]{1,61}$/, 'a figure id is "fig" and 1 to 61 letters and digits');

/** Whether what was measured bears a claim out; `undecided` where nothing could be measured. */
export const verdict = z.enum(['holds', 'does not hold', 'undecided']);
export type Verdict = z.infer<typeof verdict>;

/** One claim of the paper, and what was measured of it. */
export const claim = z.object({
  statement: z.string(),
  /** Where the paper makes it. */
  place: z.string(),
  /** What has to be measured for the claim to hold. */
  test: z.string(),
  measured: z.string(),
  verdict,
});
export type Claim = Readonly<z.infer<typeof claim>>;

/** Numbers that claims rest on. */
const table = z.object({
  columns: z.array(z.string()),
  rows: z.array(z.array(z.union([anyNumber, z.string()]))),
});

/** Numbers of a picture; null where one is not finite. */
const heights = z.array(z.number().nullable());
const range = z.object({ from: z.number(), to: z.number() });
const scale = z.enum(['linear', 'log']);
/** A colour for each look of the page. */
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
    low: heights,
    /** As `low` where it is left out. */
    high: heights.optional(),
    /** Indices of the points at which the curve stops. */
    breaks: z.array(z.int().min(0)),
  }),
});

const marks = z.object({
  name: z.string(),
  color,
  symbol: z.enum(['circle', 'triangle', 'diamond']),
  rotate: z.number().optional(),
  unlisted: z.boolean().optional(),
  points: z.array(z.object({ x: z.number(), y: z.number().nullable() })),
});

/** One panel of a picture: what is drawn, and over which axes. */
export const panelRecord = z.object({
  title: z.string(),
  x: scale,
  y: scale,
  range,
  xName: z.string().optional(),
  legend: z.array(z.string()).optional(),
  chart: z.object({
    name: z.string(),
    unit: z.literal('percent').optional(),
    heights: range.optional(),
    band: range.optional(),
    traces: z.array(trace),
    marks: z.array(marks).optional(),
  }),
});
export type PanelRecord = z.infer<typeof panelRecord>;

/** What a list of figures tells of each. */
export const figureSummary = z.object({
  id: figureId,
  title: z.string(),
  claims: z.array(claim),
  /** How many of its jobs are done; all of them when the experiment has ended well. */
  jobs: z.object({ done: z.int().min(0), planned: z.int().min(0) }),
  /** ISO 8601, UTC. */
  drawnAt: z.iso.datetime(),
});
export type FigureSummary = z.infer<typeof figureSummary>;

/** `fig3a.json`: a figure of the paper as it came out, to be drawn again by whoever reads it. */
export const figureRecord = figureSummary.extend({
  schemaVersion: z.literal(1),
  caption: z.string(),
  /** Words of the command line that made it. */
  command: z.string(),
  /** How much of the paper's experiment it is, in a sentence. */
  scale: z.string(),
  panels: z.array(panelRecord),
  tables: z.array(z.object({ title: z.string(), table })),
});
export type FigureRecord = z.infer<typeof figureRecord>;

/** Answer of `GET /api/figures`. */
export const figureList = z.object({
  figures: z.array(figureSummary),
  damaged: z.array(z.object({ id: z.string(), error: z.string() })),
});
export type FigureList = z.infer<typeof figureList>;
