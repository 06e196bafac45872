/** The executors by name; the first one is taken where none is named. */
export const EXECUTORS = ['local', 'debug', 'slurm'] as const;
/** The name of an executor. */
export type ExecutorName = (typeof EXECUTORS)[number];
