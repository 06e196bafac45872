import { formatMeasured, formatNumber, formatPercent } from '@fdr/core/relations';
import { runRow, type RunRow } from '@fdr/records';
import type { DamagedRun } from '@fdr/run-store';
import { z } from 'zod';
import { formatTable, type Column } from './table.js';

const percent = (value: number | null): string => (value === null ? '-' : formatPercent(value));
const tagsOf = ({ tags }: RunRow): string => tags.join(', ');

const COLUMNS: readonly (Column & { readonly value: (row: RunRow) => string })[] = [
  { title: 'ID', rank: 0, value: ({ id }) => id },
  { title: 'NAME', rank: 6, value: ({ name }) => name },
  { title: 'STATUS', rank: 1, value: ({ status }) => status },
  { title: 'EPOCHS', rank: 2, alignment: 'right', value: ({ epoch, epochs }) => `${epoch}/${epochs}` },
  { title: 'LR', rank: 5, alignment: 'right', value: ({ currentLearningRate }) => formatNumber(currentLearningRate) },
  { title: 'RATIO', rank: 3, alignment: 'right', value: ({ ratio }) => (ratio === null ? '-' : formatMeasured(ratio)) },
  { title: 'BEST TEST', rank: 7, alignment: 'right', value: ({ bestTestAccuracy }) => percent(bestTestAccuracy) },
  { title: 'LAST TEST', rank: 4, alignment: 'right', value: ({ testAccuracy }) => percent(testAccuracy) },
  { title: 'TAGS', rank: 9, value: tagsOf },
  { title: 'CREATED', rank: 8, value: ({ createdAt }) => createdAt.slice(0, 16).replace('T', ' ') },
];

/**
 * Stored runs as a table for people.
 *
 * @param width columns of the terminal
 */
export function runTable(rows: readonly RunRow[], width?: number): string {
  const hasTags = rows.some(({ tags }) => tags.length > 0);
  const columns = COLUMNS.filter(({ value }) => hasTags || value !== tagsOf);
  return formatTable(
    columns,
    rows.map((row) => columns.map(({ value }) => value(row))),
    width,
  );
}

/** Stored runs for machines: one object a line, whose `type` is `run` or `damaged`. */
export function runTableJson(rows: readonly RunRow[], damaged: readonly DamagedRun[]): string {
  const lines = [
    ...rows.map((row) => ({ type: 'run', ...z.encode(runRow, row) })),
    ...damaged.map((fault) => ({ type: 'damaged', ...fault })),
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}
