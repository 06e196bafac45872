import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { csv, panelsTable, recordPanels, type Table } from '@fdr/figures';
import { figureRecord, type FigureRecord } from '@fdr/records';
import { z } from 'zod';
import { writeFileAtomically } from '@fdr/run-store';
import { drawApproach } from './figures/approach.js';
import type { DrawnFigure } from './figures/drawn-figure.js';
import { drawAdam, drawComparison, drawAggressive } from './figures/comparison.js';
import { drawRelaxation } from './figures/relaxation.js';
import { drawSecondRelation } from './figures/second-relation.js';
import type { DoneJob } from './job-index.js';
import { completedRun, type CompletedRun, type CompletedEstimate } from './completed-run.js';
import { renderPng, renderSvg } from './render.js';
import type { FigureName, PlannedFigure } from './plan.js';
import { figureReport, scaleText, type ReportContext } from './report/figure-report.js';
import { html } from './report/html.js';
import { markdown } from './report/markdown.js';
import type { Variant } from './variants.js';

/** How a figure is drawn, and which of its runs it can't do without. A new figure is one file and one row. */
interface Drawing {
  readonly draw: (
    planned: PlannedFigure,
    made: readonly CompletedRun[],
    estimates: readonly CompletedEstimate[],
  ) => DrawnFigure;
  /** Whether it draws single steps, not epochs' ends alone. */
  readonly steps: boolean;
  /** Why it can't be drawn of these runs; undefined where it can. */
  readonly lacks: (made: readonly CompletedRun[]) => string | undefined;
}

/** The variants that a figure compares and that have not been trained. */
const variantsMissing =
  (...variants: readonly Variant[]) =>
  (made: readonly CompletedRun[]): string | undefined =>
    variants
      .filter((variant) => !made.some(({ part }) => part.kind === 'comparison' && part.variant === variant))
      .join(', ') || undefined;

/** How many learning rates the runs of sequences have. */
const learningRates = (made: readonly CompletedRun[]): number =>
  new Set(made.filter(({ part }) => part.kind === 'stage').map(({ job }) => job.config.learningRate)).size;

const DRAWINGS: Readonly<Record<FigureName, Drawing>> = {
  fig1: { draw: drawApproach, steps: true, lacks: (made) => (made.length === 0 ? 'its run' : undefined) },
  fig2: {
    draw: drawRelaxation,
    steps: true,
    lacks: (made) => (learningRates(made) > 0 ? undefined : 'every run of its sequence'),
  },
  fig3: {
    draw: drawSecondRelation,
    steps: false,
    lacks: (made) => (learningRates(made) > 1 ? undefined : 'a second learning rate'),
  },
  fig4: { draw: drawComparison, steps: false, lacks: variantsMissing('preset', 'adaptive', 'amsgrad') },
  figS1: { draw: drawAdam, steps: false, lacks: variantsMissing('adam', 'amsgrad') },
  figS2: { draw: drawAggressive, steps: false, lacks: variantsMissing('aggressive') },
};

/** What came of a figure. */
export type Result =
  | { readonly id: string; readonly drawn: DrawnFigure; readonly files: readonly string[] }
  | { readonly id: string; readonly lacks: string };

/**
 * Draws a figure of the runs that are done and writes picture, data and report to `out`, each file whole or not at all.
 *
 * @returns the paths, or what is missing for a figure
 */
export async function writeResult(
  planned: PlannedFigure,
  done: ReadonlyMap<string, DoneJob>,
  out: string,
  context: ReportContext,
): Promise<Result> {
  const { id, figure } = planned;
  const { draw, steps, lacks } = DRAWINGS[figure];
  const made: CompletedRun[] = [];
  for (const run of planned.runs) {
    const job = done.get(run.job.key);
    if (job && 'reader' in job) made.push(await completedRun(run, job.reader, steps));
  }
  const estimates = planned.estimates.flatMap((one) => {
    const job = done.get(one.job.key);
    return job && 'estimate' in job ? [{ ...one, estimate: job.estimate }] : [];
  });
  const lacking = lacks(made);
  if (lacking !== undefined) return { id, lacks: lacking };
  const drawn = draw(planned, made, estimates);
  const document = figureReport(planned, drawn, { made, estimates }, context);
  const light = drawn.panels('light');
  const svg = renderSvg(light);
  const contents: Readonly<Record<string, string | Buffer>> = {
    [`${id}.svg`]: svg,
    [`${id}.png`]: renderPng(svg),
    [`${id}.csv`]: csv(panelsTable(light)),
    [`${id}-epochs.csv`]: csv(epochsTable(made)),
    [`${id}.md`]: markdown(document),
    [`${id}.html`]: html(document),
    [`${id}.json`]: `${JSON.stringify(z.encode(figureRecord, recordOf(planned, drawn, done, context)))}\n`,
  };
  await mkdir(out, { recursive: true });
  const files: string[] = [];
  for (const [name, content] of Object.entries(contents)) {
    await writeFileAtomically(join(out, name), [Buffer.from(content)]);
    files.push(join(out, name));
  }
  return { id, drawn, files };
}

/** The figure as a page can draw it again. */
function recordOf(
  { id, runs, estimates, protocol }: PlannedFigure,
  { title, caption, claims, tables, panels }: DrawnFigure,
  done: ReadonlyMap<string, DoneJob>,
  { command, scale }: ReportContext,
): FigureRecord {
  const jobs = [...runs, ...estimates];
  return {
    ...{ schemaVersion: 1, id, title, caption, command, scale: scaleText(scale, protocol) },
    jobs: { done: jobs.filter(({ job }) => done.has(job.key)).length, planned: jobs.length },
    drawnAt: new Date().toISOString(),
    panels: recordPanels(panels('light'), panels('dark')),
    claims: [...claims],
    tables: tables.map((one) => ({
      title: one.title,
      table: { columns: [...one.table.columns], rows: one.table.rows.map((row) => [...row]) },
    })),
  };
}

/** Every epoch of every run, in full precision. */
export function epochsTable(made: readonly CompletedRun[]): Table {
  const values = [
    ...([
      'epoch',
      'step',
      'learningRate',
      'lossHalf',
      'oLHalf',
      'oRHalf',
      'ratio',
      'trainLoss',
      'trainAccuracy',
    ] as const),
    ...(['testLoss', 'testAccuracy', 'gradientNormSquared', 'oFB', 'seconds'] as const),
  ];
  return {
    columns: ['run', 'optimizer', 'seed', ...values],
    rows: made.flatMap(({ job, records: { run, epochs } }) =>
      epochs.map((record) => [
        job.name,
        run.config.optimizer.kind,
        run.config.seed,
        ...values.map((name) => record[name]),
      ]),
    ),
  };
}
