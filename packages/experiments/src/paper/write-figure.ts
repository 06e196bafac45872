import { csv, recordPanels, type Panel, type Table } from '@fdr/figures';
import { figureRecord, type FigureRecord } from '@fdr/records';
import { z } from 'zod';
import type { JobResults } from '../job-result.js';
import { html } from '../report/html.js';
import { markdown } from '../report/markdown.js';
import { pictureFiles, writeFiles, type NamedFile } from '../write-files.js';
import { readCompleted, type CompletedParts, type CompletedRun } from './figures/completed-run.js';
import { figureReport, type ReportContext } from './figure-report.js';
import { FIGURE_DEFINITIONS } from './figures/catalogue.js';
import type { DrawnFigure } from './figures/drawn-figure.js';
import type { PlannedFigure } from './plan/plan.js';
import { describeScale } from './scale-text.js';

/** What became of a figure. */
export type FigureResult =
  | { readonly kind: 'drawn'; readonly id: string; readonly drawn: DrawnFigure; readonly files: readonly string[] }
  /** `missing` names the runs without which it cannot be drawn. */
  | { readonly kind: 'not drawn'; readonly id: string; readonly missing: string };

/**
 * Draws a figure of the completed jobs and writes image, data and report. Each file is written whole or not at all.
 *
 * @param planned the figure
 * @param results the completed jobs
 * @param out the folder of the files; it is created if it does not exist
 * @param context what the report says besides
 * @returns the drawn figure and the paths of its files, or what is missing
 */
export async function writeFigure(
  planned: PlannedFigure,
  results: JobResults,
  out: string,
  context: ReportContext,
): Promise<FigureResult> {
  const { id, figure } = planned;
  const definition = FIGURE_DEFINITIONS[figure];
  const completed = await readCompleted(planned, results, definition.drawsSteps);
  const missing = definition.missing(completed.runs);
  if (missing !== undefined) return { kind: 'not drawn', id, missing };
  const figureDrawn = definition.draw(planned, completed);
  const claims = figureDrawn.claims.map((claim) => ({ ...claim, scale: context.scale.name }));
  const drawn = { ...figureDrawn, claims };
  const files = await writeFiles(out, figureFiles(planned, drawn, completed, context));
  return { kind: 'drawn', id, drawn, files };
}

function figureFiles(
  planned: PlannedFigure,
  drawn: DrawnFigure,
  completed: CompletedParts,
  context: ReportContext,
): readonly NamedFile[] {
  const { id } = planned;
  const panels = drawn.panels('light');
  const report = figureReport(planned, drawn, completed, context);
  const record = toRecord(planned, drawn, completed, context, panels);
  return [
    ...pictureFiles(id, panels),
    [`${id}-epochs.csv`, csv(epochsTable(completed.runs))],
    [`${id}.md`, markdown(report)],
    [`${id}.html`, html(report)],
    [`${id}.json`, `${JSON.stringify(z.encode(figureRecord, record))}\n`],
  ];
}

/**
 * The figure as data, from which a page can draw it again.
 *
 * @param light its panels in the light theme
 */
function toRecord(
  { id, jobs, protocol }: PlannedFigure,
  { title, caption, claims, tables, panels }: DrawnFigure,
  { runs, estimates }: CompletedParts,
  { command, scale }: ReportContext,
  light: readonly Panel[],
): FigureRecord {
  return {
    schemaVersion: 1,
    id,
    title,
    caption,
    command,
    scale: describeScale(scale, protocol),
    jobs: { done: runs.length + estimates.length, planned: jobs.length },
    drawnAt: new Date().toISOString(),
    panels: recordPanels(light, panels('dark')),
    claims: [...claims],
    tables: tables.map((titled) => ({
      title: titled.title,
      table: { columns: [...titled.table.columns], rows: titled.table.rows.map((row) => [...row]) },
    })),
  };
}

const EPOCH_COLUMNS = [
  'epoch',
  'step',
  'learningRate',
  'lossHalf',
  'oLHalf',
  'oRHalf',
  'ratio',
  'trainLoss',
  'trainAccuracy',
  'testLoss',
  'testAccuracy',
  'gradientNormSquared',
  'oFB',
  'seconds',
] as const;

/** Every epoch of every run, in full precision. */
const epochsTable = (runs: readonly CompletedRun[]): Table => ({
  columns: ['run', 'optimizer', 'seed', ...EPOCH_COLUMNS],
  rows: runs.flatMap(({ job, records: { run, epochs } }) =>
    epochs.map((record) => [
      job.name,
      run.config.optimizer.kind,
      run.config.seed,
      ...EPOCH_COLUMNS.map((column) => record[column]),
    ]),
  ),
});
