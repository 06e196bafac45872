import type { Table } from '@fdr/figures';
import type { Run } from '@fdr/records';
import { RequestError, type Api } from './api.js';

const CHUNK = 8192;

/**
 * The recorded values of every single step `from .. to - 1` of a run, as a table with one row per step. They are fetched in chunks.
 * @throws RequestError when the server's buckets hold more than one step each.
 */
export async function fetchStepRows(
  api: Api,
  { id, stepColumns, stepsPerEpoch }: Run,
  from: number,
  to: number,
): Promise<Table> {
  const rows: number[][] = [];
  for (let start = from; start < to; start += CHUNK) {
    const end = Math.min(start + CHUNK, to);
    const { columns, width } = await api.steps(id, start, CHUNK, end);
    if (width !== 1) throw new RequestError(200, `the server sent buckets of ${width} steps, not single steps`);
    const values = stepColumns.map((name) => columns[name]?.mean ?? []);
    for (let index = 0; index < end - start; index += 1) {
      const step = start + index + 1;
      rows.push([step, step / stepsPerEpoch, ...values.map((column) => column[index] ?? NaN)]);
    }
  }
  return { columns: ['step', 'epoch', ...stepColumns], rows };
}
