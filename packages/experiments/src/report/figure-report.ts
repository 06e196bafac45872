import { formatNumber } from '@fdr/core/relations';
import type { Table } from '@fdr/figures';
import type { DrawnFigure } from '../figures/drawn-figure.js';
import type { CompletedRun, CompletedEstimate } from '../completed-run.js';
import type { PlannedFigure } from '../plan.js';
import type { Protocol } from '../protocol.js';
import type { Failure } from '../job-pool.js';
import type { Scale } from '../scale.js';
import { formatDuration, formatSettings } from '@fdr/core/relations';
import type { Document } from './document.js';

export interface ReportContext {
  /** Words of the command line that made it. */
  readonly command: string;
  readonly scale: Scale;
  readonly failures: readonly Failure[];
}

/** What a figure's report says: picture, claims with their numbers, and how it was made. */
export function figureReport(
  planned: PlannedFigure,
  drawn: DrawnFigure,
  { made, estimates }: { readonly made: readonly CompletedRun[]; readonly estimates: readonly CompletedEstimate[] },
  { command, scale, failures }: ReportContext,
): Document {
  const { id, protocol } = planned;
  return {
    title: drawn.title,
    blocks: [
      { type: 'picture', file: `${id}.svg`, description: drawn.title },
      { type: 'paragraph', text: drawn.caption },
      { type: 'heading', text: 'Claims of the paper, and what was measured' },
      {
        type: 'table',
        table: {
          columns: ['claim', 'where', 'test', 'measured', 'verdict'],
          rows: drawn.claims.map(({ statement, section, test, measured, verdict }) => [
            ...[statement, section, test, measured, verdict],
          ]),
        },
      },
      ...drawn.tables.flatMap(({ title, table }) => [
        { type: 'heading', text: title } as const,
        { type: 'table', table: { ...table, rows: table.rows.map((row) => row.map(short)) } } as const,
      ]),
      ...missing(planned, [...made, ...estimates], failures),
      { type: 'heading', text: 'How it was made' },
      { type: 'code', text: command },
      { type: 'paragraph', text: scaleText(scale, protocol) },
      { type: 'table', table: runsTable(made) },
      { type: 'table', table: environmentTable(made) },
      { type: 'heading', text: 'Files' },
      {
        type: 'links',
        files: [
          { file: `${id}.png`, text: 'the picture, in pixels' },
          { file: `${id}.csv`, text: 'all points of the picture' },
          { file: `${id}-epochs.csv`, text: 'every run after every epoch' },
          { file: `${id}.json`, text: 'all of it as data: fdr serve --results FOLDER shows it in a browser' },
        ],
      },
    ],
  };
}

const short = (value: number | string): string => (typeof value === 'number' ? formatNumber(value, 5) : value);

/** How much of the paper's experiment a scale is, in a sentence or two. */
export function scaleText({ name, fraction, leastEpochs, synthetic }: Scale, protocol: Protocol): string {
  const { title, base, sequence, momentum } = protocol;
  const share = fraction[base.model];
  if (share === 1)
    return `Scale ${name}: ${title}, all epochs of the paper's protocol. Nothing is smoothed or left out.`;
  const epochs = `${formatNumber(100 * share)} % of the paper's epochs, each run at least ${leastEpochs}`;
  const data = synthetic
    ? ` The data are synthetic and small, ${sequence.length} learning rates stand for all, with batches of ${base.batchSize}, weight decay ` +
      `${base.weightDecay} and, where the relations are tested, momentum ${momentum}: it shows that everything runs, not what the paper found.`
    : '';
  return `Scale ${name}: ${title}, ${epochs}.${data} Nothing is smoothed.`;
}

function missing(
  { runs, estimates }: PlannedFigure,
  made: readonly (CompletedRun | CompletedEstimate)[],
  failures: readonly Failure[],
): Document['blocks'] {
  const present = new Set(made.map(({ job }) => job.key));
  const rows = [...runs, ...estimates]
    .filter(({ job }) => !present.has(job.key))
    .map(({ job }) => [job.name, failures.find((failure) => failure.job.key === job.key)?.reason ?? 'it is not done']);
  if (rows.length === 0) return [];
  return [
    { type: 'heading', text: 'What is missing' },
    { type: 'table', table: { columns: ['job', 'why'], rows } },
  ];
}

function runsTable(made: readonly CompletedRun[]): Table {
  return {
    columns: ['run', 'optimizer', 'learning rate', 'schedule', 'epochs', 'seed', 'time'],
    rows: made.map(({ job, records: { run, epochs } }) => {
      const { optimizer, learningRate, schedule, seed } = run.config;
      const seconds = epochs.reduce((sum, record) => sum + record.seconds, 0);
      return [
        job.name,
        formatSettings(optimizer),
        learningRate,
        formatSettings(schedule),
        epochs.length,
        seed,
        formatDuration(seconds),
      ];
    }),
  };
}

/** Each version that had a part in it; more than one value where runs differ. */
function environmentTable(made: readonly CompletedRun[]): Table {
  const values = (read: (run: CompletedRun['records']['run']) => unknown): string =>
    [...new Set(made.map(({ records }) => String(read(records.run) ?? '-')))].join(', ');
  const seconds = made.flatMap(({ records }) => records.epochs).reduce((sum, record) => sum + record.seconds, 0);
  return {
    columns: ['', ''],
    rows: [
      ['fdr', values(({ environment }) => environment.fdr)],
      ['commit', values(({ environment }) => environment.commit)],
      ['node', values(({ environment }) => environment.node)],
      ['TensorFlow.js', values(({ environment }) => environment.tensorflow)],
      ['platform', values(({ environment }) => environment.platform)],
      ['backend', values(({ environment }) => environment.backend)],
      ['threads a run', values(({ environment }) => environment.threads)],
      ['training time, all runs', formatDuration(seconds)],
      ['made', values(({ createdAt }) => createdAt.slice(0, 10))],
    ],
  };
}
