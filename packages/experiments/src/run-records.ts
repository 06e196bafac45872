import { appendRows, createStepSeries, type RunRecords, type StepSeries } from '@fdr/figures';
import { readStepBlocks, type RunReader } from '@fdr/run-store';

/** The columns of each step that figures draw. */
const COLUMNS = ['loss', 'lossHalf', 'oL', 'oLHalf', 'oR', 'oRHalf'] as const;

/**
 * Reads everything of a stored run that figures draw.
 *
 * @param reader the run
 * @param withSteps whether single steps are drawn; if not, the series of steps is empty
 */
export async function readRunRecords(reader: RunReader, withSteps: boolean): Promise<RunRecords> {
  const [epochs, events] = await Promise.all([reader.epochs(), reader.events()]);
  const steps = withSteps ? await readSteps(reader, COLUMNS) : createStepSeries([]);
  return { run: reader.run, epochs, events, steps };
}

/** Reads the wanted columns of every recorded step, in bounded memory; columns that were not recorded are left out. */
async function readSteps(reader: RunReader, wanted: readonly string[]): Promise<StepSeries> {
  const { stepColumns } = reader.run;
  const names = wanted.filter((name) => stepColumns.includes(name));
  const series = createStepSeries(names);
  const indices = names.map((name) => stepColumns.indexOf(name));
  for await (const { from, rows } of readStepBlocks(reader))
    appendRows(series, from, selectColumns(rows, stepColumns.length, indices));
  return series;
}

/**
 * Selects columns of a table whose rows stand one after another.
 *
 * @param rows `[rows, width]`
 * @param width columns of the table
 * @param indices of the columns wanted, each in 0 .. width - 1
 * @returns `[rows, indices.length]`, the columns in the order of the indices
 */
export function selectColumns(rows: Float32Array, width: number, indices: readonly number[]): Float32Array {
  const count = rows.length / width;
  const selected = new Float32Array(count * indices.length);
  for (let row = 0; row < count; row++)
    for (const [column, index] of indices.entries())
      selected[row * indices.length + column] = rows[row * width + index] ?? NaN;
  return selected;
}
