import type { RunConfig } from '@fdr/records';
import type { Job } from './job.js';

/** What a job is expected to need. */
export interface JobEstimate {
  /** On one thread of a usual core. */
  readonly seconds: number;
  /** Resident memory at its peak. */
  readonly bytes: number;
}

/** Training examples of the data sets with names; of a folder's as many as MNIST has. */
const EXAMPLES: Readonly<Record<string, number>> = { cifar10: 50_000, synthetic: 4_000, 'synthetic-color': 4_000 };
const MNIST_EXAMPLES = 60_000;

/** Milliseconds of a step of 100 examples with the compiled backend on one thread, and mebibytes of a process, as measured (README, "How fast"). */
const COSTS: Readonly<Record<RunConfig['model'], { readonly ms: number; readonly mebibytes: number }>> = {
  mlp: { ms: 1.33, mebibytes: 350 },
  cnn: { ms: 55.3, mebibytes: 700 },
};

/** Part of a training that is spent on evaluation at epochs' ends, and on starting. */
const EVALUATION = 0.25;
const START_SECONDS = 2;

/** A rough estimate of a job's time and memory, to plan with: another machine may need twice or half of it. */
export function estimateJob(job: Job): JobEstimate {
  const { model, dataset, batchSize, epochs } = job.config;
  const { ms, mebibytes } = COSTS[model];
  const passes = job.kind === 'run' ? epochs : job.points * job.samples;
  const training = (passes * (EXAMPLES[dataset] ?? MNIST_EXAMPLES) * ms) / 100 / 1000;
  const perStep = Math.max(1, 20 / batchSize) * training * (1 + EVALUATION);
  return { seconds: START_SECONDS + perStep, bytes: mebibytes * 2 ** 20 };
}

/**
 * How many jobs run at the same time on a machine.
 *
 * @param wanted as the user has it; undefined: as many as the cores carry
 * @param machine cores, and bytes of memory that are free
 * @returns at least 1, and no more than the memory carries unless the user has it otherwise
 */
export function localConcurrency(
  jobs: readonly Job[],
  wanted: number | undefined,
  machine: { readonly cores: number; readonly freeBytes: number },
): number {
  if (wanted !== undefined) return wanted;
  const threads = Math.max(1, ...jobs.map(({ config }) => config.threads));
  const bytes = Math.max(1, ...jobs.map((job) => estimateJob(job).bytes));
  return Math.max(1, Math.min(Math.floor(machine.cores / threads), Math.floor(machine.freeBytes / bytes)));
}
