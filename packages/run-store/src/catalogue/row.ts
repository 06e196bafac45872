import { createHash } from 'node:crypto';
import { MAX_ROW_LOSSES, type RunConfig, type RunRow } from '@fdr/records';
import type { RunReader } from '../run-reader.js';

/** What a list shows of a run. */
export function rowOf({ run, labels, lastEpoch, bestTestAccuracy, trainLosses }: RunReader): RunRow {
  const { config } = run;
  return {
    id: run.id,
    name: run.name,
    tags: run.tags,
    note: labels.note ?? '',
    archived: labels.archived ?? false,
    status: run.status,
    createdAt: run.createdAt,
    model: config.model,
    dataset: config.dataset,
    optimizer: config.optimizer.kind,
    schedule: config.schedule.kind,
    seed: config.seed,
    batchSize: config.batchSize,
    learningRate: config.learningRate,
    currentLearningRate: lastEpoch?.learningRate ?? config.learningRate,
    epochs: config.epochs,
    epoch: lastEpoch?.epoch ?? 0,
    ratio: lastEpoch?.ratio ?? null,
    trainLoss: lastEpoch?.trainLoss ?? null,
    testAccuracy: lastEpoch?.testAccuracy ?? null,
    bestTestAccuracy: bestTestAccuracy ?? null,
    group: groupOf(config),
    losses: thinned(trainLosses).map((loss) => Number(loss.toPrecision(3))),
  };
}

/** Equal for configurations that differ in nothing but the seed, whatever the order of their settings. */
function groupOf(config: RunConfig): string {
  const sorted = JSON.stringify({ ...config, seed: 0 }, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(sorted).digest('hex').slice(0, 12);
}

/** At most {@link MAX_ROW_LOSSES} of the values, the first and the last among them. */
function thinned(values: readonly number[]): number[] {
  if (values.length <= MAX_ROW_LOSSES) return [...values];
  const stride = (values.length - 1) / (MAX_ROW_LOSSES - 1);
  return values.filter((_, index) => index === Math.round(Math.round(index / stride) * stride));
}
