import { formatNumber, formatPercent } from '@fdr/core/relations';
import type { RunStatus, RunSummary } from '@fdr/records';

/** One run of the list, ready to be shown. */
export interface RunRow {
  readonly id: string;
  readonly name: string;
  readonly status: RunStatus;
  readonly what: string;
  readonly epochs: string;
  readonly learningRate: string;
  readonly ratio: string;
  readonly testAccuracy: string;
  readonly best: string;
  readonly created: string;
}

export function runRow({ run, lastEpoch, bestTestAccuracy }: RunSummary): RunRow {
  return {
    id: run.id,
    name: run.name || run.id,
    status: run.status,
    what: `${run.config.model} · ${run.config.dataset} · ${run.config.schedule}`,
    epochs: `${lastEpoch?.epoch ?? 0} / ${run.config.epochs}`,
    learningRate: formatNumber(lastEpoch?.learningRate ?? run.config.learningRate),
    ratio: lastEpoch && !Number.isNaN(lastEpoch.ratio) ? formatNumber(lastEpoch.ratio, 5) : '–',
    testAccuracy: lastEpoch ? formatPercent(lastEpoch.testAccuracy) : '–',
    best: bestTestAccuracy === null ? '–' : formatPercent(bestTestAccuracy),
    created: new Date(run.createdAt).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' }),
  };
}

/** The newest first; runs made in the same instant by their id. */
export function newestFirst(summaries: readonly RunSummary[]): RunSummary[] {
  return summaries.toSorted(
    ({ run: left }, { run: right }) =>
      Date.parse(right.createdAt) - Date.parse(left.createdAt) || (left.id < right.id ? -1 : 1),
  );
}
