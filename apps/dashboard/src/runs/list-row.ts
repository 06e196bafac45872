import { formatNumber, formatPercent } from '@fdr/core/relations';
import type { RunGroup, RunStatus } from '@fdr/records';
import { plainText, runTitle } from '../plain-text.js';

/** A row of the list of runs, ready to be shown. */
export interface ListRow {
  readonly id: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly note: string;
  readonly status: RunStatus;
  readonly archived: boolean;
  /** Model, data set, optimizer and schedule. */
  readonly setup: string;
  /** How many runs it stands for; empty for one. */
  readonly runs: string;
  /** What the filter must be for the runs of the group alone. */
  readonly members: string;
  readonly epochs: string;
  readonly learningRate: string;
  readonly ratio: string;
  readonly testAccuracy: string;
  readonly bestTestAccuracy: string;
  readonly created: string;
  readonly losses: readonly number[];
}

/** The row of a run, or of runs that differ in the seed alone; a dash stands for a value that does not exist yet. */
export function listRow({ newest: run, count, testAccuracy }: RunGroup): ListRow {
  const isGroup = count > 1;
  return {
    id: run.id,
    name: runTitle(run),
    tags: run.tags.map(plainText),
    note: plainText(run.note),
    status: run.status,
    archived: run.archived,
    setup: plainText(`${run.model} · ${run.dataset} · ${run.optimizer} · ${run.schedule}`),
    runs: isGroup ? `${count} runs` : '',
    members: `group:${run.group}`,
    epochs: `${run.epoch} / ${run.epochs}`,
    learningRate: formatNumber(run.currentLearningRate),
    ratio: run.ratio === null || Number.isNaN(run.ratio) ? '–' : formatNumber(run.ratio, 5),
    testAccuracy: isGroup && testAccuracy ? spreadText(testAccuracy) : percentText(run.testAccuracy),
    bestTestAccuracy: percentText(run.bestTestAccuracy),
    created: new Date(run.createdAt).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' }),
    losses: run.losses,
  };
}

const percentText = (value: number | null): string => (value === null ? '–' : formatPercent(value));

function spreadText({ mean, deviation, count }: NonNullable<RunGroup['testAccuracy']>): string {
  const spread = deviation === null ? '' : ` ± ${(100 * deviation).toFixed(2)}`;
  return `${formatPercent(mean)}${spread} (${count})`;
}
