import type { RunRow } from '@fdr/records';
import { fieldOf } from './fields.js';
import { parseFilter } from './filter.js';

/** Which runs, and in which order. */
export interface RunQuery {
  /** See `parseFilter`; empty: all that are not archived. */
  readonly filter?: string | undefined;
  /** A field; with a `-` before it, downwards. The newest come first by default. */
  readonly sort?: string | undefined;
}

/**
 * The runs that a query is about. Runs without the number that they are sorted by come last, equal ones the newest first.
 *
 * @throws RangeError, in one line, if there is no such field or the filter has a mistake
 */
export function selectRuns(rows: readonly RunRow[], { filter = '', sort = '-created' }: RunQuery): RunRow[] {
  const isDownwards = sort.startsWith('-');
  const { kind, value } = fieldOf(isDownwards ? sort.slice(1) : sort);
  const sign = isDownwards ? -1 : 1;
  const order: (a: RunRow, b: RunRow) => number =
    kind === 'number'
      ? (a, b) => compareNumbers(value(a) ?? NaN, value(b) ?? NaN, sign)
      : (a, b) => sign * compare(String(value(a)), String(value(b)));
  return rows
    .filter(parseFilter(filter))
    .sort((a, b) => order(a, b) || compare(b.createdAt, a.createdAt) || compare(b.id, a.id));
}

function compareNumbers(a: number, b: number, sign: number): number {
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b)) || (Number.isNaN(a) ? 0 : sign * compare(a, b));
}

function compare<Value extends string | number>(a: Value, b: Value): number {
  return a < b ? -1 : Number(a > b);
}
