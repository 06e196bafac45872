import { z } from 'zod';

const word = z.string().regex(/^[\w.,:@%+*()[\]/=-]{1,400}$/, 'expected a word without spaces');

/** How Slurm runs jobs, under the names that submitit gives the settings; what is left out is the cluster's default. */
export const slurmSettings = z.strictObject({
  slurm_partition: word.optional(),
  slurm_account: word.optional(),
  slurm_qos: word.optional(),
  slurm_constraint: word.optional(),
  /** Minutes, at most a year. */
  timeout_min: z.int().min(1).max(525_600).optional(),
  mem_gb: z.number().gt(0).max(100_000).optional(),
  /** The training's threads if it is left out. */
  cpus_per_task: z.int().min(1).max(1024).optional(),
  gpus_per_node: z.int().min(1).max(64).optional(),
  /** Most jobs of an array at the same time. */
  slurm_array_parallelism: z.int().min(1).max(100_000).optional(),
  /** Seconds before the time limit at which a job is told to save itself. */
  slurm_signal_delay_s: z.int().min(5).max(3600).default(90),
  /** Lines of shell before the training: modules to load, variables to set. */
  slurm_setup: z.array(z.string().max(4096)).default([]),
  /** Further options of `sbatch`: `{ mail-type: END }`. */
  slurm_additional_parameters: z.record(z.string().regex(/^[a-z][a-z-]*$/), word).default({}),
});
/** See {@link slurmSettings}. */
export type SlurmSettings = z.infer<typeof slurmSettings>;
