import { formatMeasured, formatNumber, formatPercent } from '@fdr/core/relations';
import { anyNumber, epochRecord, run as runSchema } from '@fdr/records';
import type { RunReader, StoredRuns } from '@fdr/run-store';
import { z } from 'zod';
import { formatTable, type Column } from './table.js';

const COLUMNS: readonly Column[] = [
  { title: 'ID', rank: 0 },
  { title: 'NAME', rank: 6 },
  { title: 'STATUS', rank: 1 },
  { title: 'EPOCHS', rank: 2, alignment: 'right' },
  { title: 'LR', rank: 5, alignment: 'right' },
  { title: 'RATIO', rank: 3, alignment: 'right' },
  { title: 'BEST TEST', rank: 7, alignment: 'right' },
  { title: 'LAST TEST', rank: 4, alignment: 'right' },
  { title: 'CREATED', rank: 8 },
];

/**
 * Stored runs as a table for people.
 *
 * @param width columns of the terminal
 */
export function runTable(runs: readonly RunReader[], width?: number): string {
  return formatTable(COLUMNS, runs.map(rowOf), width);
}

function rowOf({ run, lastEpoch, bestTestAccuracy }: RunReader): string[] {
  return [
    run.id,
    run.name,
    run.status,
    `${lastEpoch?.epoch ?? 0}/${run.config.epochs}`,
    formatNumber(lastEpoch?.learningRate ?? run.config.learningRate),
    lastEpoch === undefined ? '-' : formatMeasured(lastEpoch.ratio),
    bestTestAccuracy === undefined ? '-' : formatPercent(bestTestAccuracy),
    lastEpoch === undefined ? '-' : formatPercent(lastEpoch.testAccuracy),
    run.createdAt.slice(0, 16).replace('T', ' '),
  ];
}

/** Stored runs for machines: one object a line, whose `type` is `run` or `damaged`. */
export function runTableJson(runs: readonly RunReader[], damaged: StoredRuns['damaged']): string {
  const lines = [...runs.map(runJson), ...damaged.map((fault) => ({ type: 'damaged', ...fault }))];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** One stored run and its last epoch, ready for JSON. */
export function runJson({ run, lastEpoch, bestTestAccuracy }: RunReader) {
  return {
    type: 'run',
    run: z.encode(runSchema, run),
    lastEpoch: lastEpoch === undefined ? null : z.encode(epochRecord, lastEpoch),
    bestTestAccuracy: bestTestAccuracy === undefined ? null : z.encode(anyNumber, bestTestAccuracy),
  };
}
