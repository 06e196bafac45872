import { classificationTask, type Executor, type Model, type Task } from '@fdr/core';
import { loadDataset, type Dataset, type FetchProgress } from '@fdr/datasets';
import type { RunConfig } from '@fdr/records';
import { makeExecutor, resolveBackend, type Backend } from './backends/executor.js';
import { networkFor } from './registry/models.js';

/** What a configuration is about, and what computes it. */
export interface OpenTask {
  /** What `auto` means here. */
  readonly backend: Backend;
  readonly executor: Executor;
  readonly model: Model;
  readonly task: Task;
  readonly data: Dataset;
}

/**
 * Loads the data that a configuration names and builds its network on them.
 *
 * @param progress told of data that are not here yet
 * @throws TrainingError, DatasetError or OptionError where it can't be done here
 */
export async function openTask(
  config: Pick<RunConfig, 'model' | 'dataset' | 'batchSize' | 'sampling' | 'backend' | 'threads'>,
  progress: (progress: FetchProgress) => void = () => undefined,
): Promise<OpenTask> {
  const backend = await resolveBackend(config.backend);
  const data = await loadDataset(config.dataset, { progress });
  const executor = await makeExecutor(backend, config.threads);
  const model = networkFor(config.model, data);
  const { batchSize, sampling } = config;
  return { backend, executor, model, data, task: classificationTask({ model, data, batchSize, sampling }) };
}
