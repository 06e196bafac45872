import { formatDuration, formatNumber, formatSettings, formatTolerance } from '@fdr/core/relations';
import type { Table } from '@fdr/figures';
import type { Run } from '@fdr/records';
import type { Failure } from '../job-pool.js';
import type { Block, Document } from '../report/document.js';
import type { CompletedParts, CompletedRun } from './figures/completed-run.js';
import type { DrawnFigure } from './figures/drawn-figure.js';
import type { PlannedFigure } from './plan/plan.js';
import type { Scale } from './plan/scale.js';
import { describeScale } from './scale-text.js';

/** What a report says besides the figure. */
export interface ReportContext {
  /** The command line that reproduces the figure. */
  readonly command: string;
  readonly scale: Scale;
  readonly failures: readonly Failure[];
}

/**
 * The report of a figure: image, claims with what was measured, and how it was reproduced.
 *
 * @param planned the figure
 * @param drawn the same, drawn
 * @param completed what it was drawn from
 * @param context command line, scale and failed jobs
 */
export function figureReport(
  planned: PlannedFigure,
  drawn: DrawnFigure,
  completed: CompletedParts,
  { command, scale, failures }: ReportContext,
): Document {
  const { id, protocol } = planned;
  return {
    title: drawn.title,
    blocks: [
      { type: 'image', file: `${id}.svg`, description: drawn.title },
      { type: 'paragraph', text: drawn.caption },
      { type: 'heading', text: 'Claims of the paper, and what was measured' },
      { type: 'table', table: claimsTable(drawn, scale) },
      ...drawn.tables.flatMap(({ title, table }): Block[] => [
        { type: 'heading', text: title },
        { type: 'table', table: rounded(table) },
      ]),
      ...missingJobs(planned, completed, failures),
      { type: 'heading', text: 'How it was reproduced' },
      { type: 'code', text: command },
      { type: 'paragraph', text: describeScale(scale, protocol) },
      { type: 'table', table: runsTable(completed.runs) },
      { type: 'table', table: environmentTable(completed.runs) },
      { type: 'heading', text: 'Files' },
      {
        type: 'links',
        files: [
          { file: `${id}.png`, text: 'the image, in pixels' },
          { file: `${id}.csv`, text: 'all points of the image' },
          { file: `${id}-epochs.csv`, text: 'every epoch of every run' },
          { file: `${id}.json`, text: 'all of it as data: fdr serve --results FOLDER shows it in a browser' },
        ],
      },
    ],
  };
}

const claimsTable = ({ claims }: DrawnFigure, { name }: Scale): Table => ({
  columns: ['claim', 'where', 'test', 'measured (95 % interval)', 'tolerance', 'scale', 'verdict'],
  rows: claims.map(({ statement, section, test, measured, tolerance, verdict }) => [
    statement,
    section,
    test,
    measured,
    tolerance ? formatTolerance(tolerance) : '-',
    name,
    verdict,
  ]),
});

/** The table with its numbers in five significant digits. */
const rounded = ({ columns, rows }: Table): Table => ({
  columns,
  rows: rows.map((row) => row.map((cell) => (typeof cell === 'number' ? formatNumber(cell, 5) : cell))),
});

function missingJobs(
  { jobs }: PlannedFigure,
  { runs, estimates }: CompletedParts,
  failures: readonly Failure[],
): Block[] {
  const completed = new Set([...runs, ...estimates].map(({ job }) => job.key));
  const reasons = new Map(failures.map(({ job, reason }) => [job.key, reason]));
  const rows = jobs
    .filter(({ key }) => !completed.has(key))
    .map(({ key, name }) => [name, reasons.get(key) ?? 'it has not been run yet']);
  if (rows.length === 0) return [];
  return [
    { type: 'heading', text: 'What is missing' },
    { type: 'table', table: { columns: ['job', 'why'], rows } },
  ];
}

const secondsOf = ({ records: { epochs } }: CompletedRun): number =>
  epochs.reduce((sum, { seconds }) => sum + seconds, 0);

const runsTable = (runs: readonly CompletedRun[]): Table => ({
  columns: ['run', 'optimizer', 'learning rate', 'schedule', 'epochs', 'seed', 'time'],
  rows: runs.map((completed) => {
    const { job, records } = completed;
    const { optimizer, learningRate, schedule, seed } = records.run.config;
    return [
      job.name,
      formatSettings(optimizer),
      learningRate,
      formatSettings(schedule),
      records.epochs.length,
      seed,
      formatDuration(secondsOf(completed)),
    ];
  }),
});

/** The versions and machines of the runs; several values in a row where runs differ. */
function environmentTable(runs: readonly CompletedRun[]): Table {
  const values = (valueOf: (run: Run) => string | number): string =>
    [...new Set(runs.map(({ records }) => String(valueOf(records.run))))].join(', ');
  const seconds = runs.reduce((sum, run) => sum + secondsOf(run), 0);
  return {
    columns: ['', ''],
    rows: [
      ['fdr', values(({ environment }) => environment.fdr)],
      ['commit', values(({ environment }) => environment.commit ?? '-')],
      ['node', values(({ environment }) => environment.node)],
      ['TensorFlow.js', values(({ environment }) => environment.tensorflow)],
      ['platform', values(({ environment }) => environment.platform)],
      ['backend', values(({ environment }) => environment.backend)],
      ['threads of each run', values(({ environment }) => environment.threads)],
      ['training time of all runs', formatDuration(seconds)],
      ['runs created', values(({ createdAt }) => createdAt.slice(0, 10))],
    ],
  };
}
