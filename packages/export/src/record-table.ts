import type { Table } from '@fdr/figures';

type Cell = number | string;

/**
 * Records as a table: names of nested values are joined with dots, a list is a cell of JSON, and what a record does not have is an empty cell.
 * Columns come in the order in which they are met.
 */
export function recordTable(records: readonly object[]): Table {
  const rows = records.map((record) => new Map(cellsOf(record)));
  const columns = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  return { columns, rows: rows.map((row) => columns.map((column) => row.get(column) ?? '')) };
}

function cellsOf(record: object, prefix = ''): [string, Cell][] {
  return Object.entries(record).flatMap(([name, value]: [string, unknown]): [string, Cell][] => {
    const path = `${prefix}${name}`;
    if (value === undefined || value === null) return [];
    if (typeof value === 'number' || typeof value === 'string') return [[path, value]];
    return typeof value === 'object' && !Array.isArray(value)
      ? cellsOf(value, `${path}.`)
      : [[path, JSON.stringify(value)]];
  });
}
