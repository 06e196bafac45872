import { formatNumber, formatPercent } from '@fdr/core/relations';
import type { RunStatus, RunSummary } from '@fdr/records';
import { runTitle } from '../plain-text.js';

/** A row of the table of runs, ready to be shown. */
export interface RunRow {
  readonly id: string;
  readonly name: string;
  readonly status: RunStatus;
  /** Model, data set and schedule. */
  readonly setup: string;
  readonly epochs: string;
  readonly learningRate: string;
  readonly ratio: string;
  readonly testAccuracy: string;
  readonly bestTestAccuracy: string;
  readonly created: string;
}

/** The row of a run; a dash stands for a value that does not exist yet. */
export function runRow({ run, lastEpoch, bestTestAccuracy }: RunSummary): RunRow {
  return {
    id: run.id,
    name: runTitle(run),
    status: run.status,
    setup: `${run.config.model} · ${run.config.dataset} · ${run.config.schedule.kind}`,
    epochs: `${lastEpoch?.epoch ?? 0} / ${run.config.epochs}`,
    learningRate: formatNumber(lastEpoch?.learningRate ?? run.config.learningRate),
    ratio: lastEpoch && !Number.isNaN(lastEpoch.ratio) ? formatNumber(lastEpoch.ratio, 5) : '–',
    testAccuracy: lastEpoch ? formatPercent(lastEpoch.testAccuracy) : '–',
    bestTestAccuracy: bestTestAccuracy === null ? '–' : formatPercent(bestTestAccuracy),
    created: new Date(run.createdAt).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' }),
  };
}
