import { formatNumber, formatPercent } from '@fdr/core/relations';
import type { JobState, SweepOutline, SweepProgress } from '@fdr/records';

/** What a cell of a matrix can show of its jobs. */
export const MEASURES = {
  state: 'state',
  testAccuracy: 'test accuracy, last',
  bestTestAccuracy: 'test accuracy, best',
  trainLoss: 'training loss',
  ratio: 'ratio O_L / O_R',
} as const;
/** See {@link MEASURES}. */
export type Measure = keyof typeof MEASURES;

/** Which matrix of a sweep's jobs. */
export interface MatrixView {
  /** Names of settings; empty for one row or one column. */
  readonly rows: string;
  readonly columns: string;
  readonly measure: Measure;
  /** Jobs with these values of other settings alone; over what is not named here, a cell is a mean. */
  readonly only: Readonly<Record<string, string>>;
}

/** What jobs of the same row and column come to. */
export interface MatrixCell {
  /** Their runs, as far as they have begun. */
  readonly runs: readonly string[];
  readonly text: string;
  readonly state: JobState;
  /** From 0, the lowest value of all cells, to 1; null where there is no value. */
  readonly shade: number | null;
}

/** Jobs by the values of two settings. */
export interface Matrix {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** A row each; undefined where the sweep has no such job. */
  readonly cells: readonly (readonly (MatrixCell | undefined)[])[];
  /** The lowest and the highest value; null where there is none. */
  readonly range: readonly [string, string] | null;
}

/** The values of a setting: numbers in their order, words in that of the plan. */
export function valuesOf({ settings, jobs }: SweepOutline, name: string): string[] {
  const index = settings.indexOf(name);
  if (index === -1) return [''];
  const values = [...new Set(jobs.map((job) => job.values[index] ?? ''))];
  const isNumeric = values.every((value) => typeof value === 'number');
  return (isNumeric ? values.sort((a, b) => a - b) : values).map(String);
}

/** The setting of the rows and that of the columns that a sweep begins with: the seed is a column wherever there is anything else. */
export function defaultAxes({ settings }: SweepOutline): Pick<MatrixView, 'rows' | 'columns'> {
  const others = settings.filter((name) => name !== 'seed');
  const [rows = 'seed', second = ''] = others;
  return { rows, columns: settings.includes('seed') && rows !== 'seed' ? 'seed' : second };
}

/** The matrix of a sweep. */
export function matrixOf(outline: SweepOutline, progress: SweepProgress, view: MatrixView): Matrix {
  const rows = valuesOf(outline, view.rows);
  const columns = valuesOf(outline, view.columns);
  const members = membersOf(outline, view);
  const means = new Map([...members].map(([place, jobs]) => [place, meanOf(jobs, progress, view.measure)]));
  const known = [...means.values()].filter((mean) => Number.isFinite(mean));
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const cell = (row: string, column: string): MatrixCell | undefined => {
    const place = placeOf(row, column);
    const jobs = members.get(place);
    const mean = means.get(place) ?? NaN;
    return (
      jobs && {
        runs: jobs.filter((job) => progress.epochs[job] !== 0).map((job) => outline.jobs[job]?.run ?? ''),
        text: cellText(jobs, progress, { measure: view.measure, mean }),
        state: stateOf(jobs, progress),
        shade: Number.isFinite(mean) ? (high > low ? (mean - low) / (high - low) : 1) : null,
      }
    );
  };
  return {
    rows,
    columns,
    cells: rows.map((row) => columns.map((column) => cell(row, column))),
    range: known.length > 0 ? [measureText(view.measure, low), measureText(view.measure, high)] : null,
  };
}

const placeOf = (row: string, column: string): string => JSON.stringify([row, column]);

/** Indices of the jobs of each place. */
function membersOf({ settings, jobs }: SweepOutline, { rows, columns, only }: MatrixView): Map<string, number[]> {
  const members = new Map<string, number[]>();
  const valueOf = (values: readonly (number | string)[], name: string): string =>
    String(values[settings.indexOf(name)] ?? '');
  const chosen = Object.entries(only).filter(([name, value]) => value !== '' && name !== rows && name !== columns);
  for (const [index, { values }] of jobs.entries()) {
    if (chosen.some(([name, value]) => valueOf(values, name) !== value)) continue;
    const place = placeOf(valueOf(values, rows), valueOf(values, columns));
    const present = members.get(place);
    if (present) present.push(index);
    else members.set(place, [index]);
  }
  return members;
}

/** What one job has so far; of several jobs the mean of those that are done. NaN where there is none. */
function meanOf(jobs: readonly number[], progress: SweepProgress, measure: Measure): number {
  if (measure === 'state') return NaN;
  const counted = jobs.length === 1 ? jobs : jobs.filter((job) => progress.states[job] === 'done');
  const values = counted.map((job) => progress[measure][job] ?? NaN).filter((value) => !Number.isNaN(value));
  return values.length === 0 ? NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function stateOf(jobs: readonly number[], { states }: SweepProgress): JobState {
  const has = (state: JobState): boolean => jobs.some((job) => states[job] === state);
  if (has('failed')) return 'failed';
  if (has('running')) return 'running';
  return has('waiting') ? 'waiting' : 'done';
}

function cellText(
  jobs: readonly number[],
  progress: SweepProgress,
  { measure, mean }: { measure: Measure; mean: number },
): string {
  if (measure !== 'state') return Number.isNaN(mean) ? '–' : measureText(measure, mean);
  const [job = 0, ...others] = jobs;
  if (others.length > 0)
    return `${jobs.filter((each) => progress.states[each] === 'done').length} of ${jobs.length} done`;
  const [state = 'waiting', epoch, epochs] = [progress.states[job], progress.epoch[job], progress.epochs[job]];
  return state === 'running' || (state === 'waiting' && epochs !== 0) ? `${epoch} / ${epochs}` : state;
}

function measureText(measure: Measure, value: number): string {
  return measure === 'testAccuracy' || measure === 'bestTestAccuracy'
    ? formatPercent(value)
    : formatNumber(value, measure === 'ratio' ? 5 : 4);
}
