import type { Job } from './job.js';
import { localConcurrency } from './estimate.js';
import { debugExecutor } from './executors/debug.js';
import type { MakeExecutor } from './executors/executor.js';
import type { ExecutorName } from './executors/names.js';
import { localExecutor } from './executors/local.js';
import { slurmExecutor } from './executors/slurm/slurm.js';
import type { SlurmSettings } from './executors/slurm/settings.js';

/** Which executor runs the jobs of an experiment, and how. */
export interface ExecutorChoice {
  readonly name: ExecutorName;
  /** The command that starts this program: node, its flags, the main file. */
  readonly command: readonly string[];
  /** Most processes of this machine at the same time; undefined: as many as cores and memory carry. */
  readonly concurrency: number | undefined;
  readonly slurm: SlurmSettings;
  /** Gets lines for people. */
  readonly log: (line: string) => void;
}

/**
 * Makes an executor of its name.
 *
 * @param jobs what it will run
 * @param machine cores of this machine, and bytes of memory that are free
 */
export function chooseExecutor(
  { name, command, concurrency, slurm, log }: ExecutorChoice,
  jobs: readonly Job[],
  machine: Parameters<typeof localConcurrency>[2],
): MakeExecutor {
  switch (name) {
    case 'local':
      return localExecutor({ command, concurrency: localConcurrency(jobs, concurrency, machine) });
    case 'debug':
      return debugExecutor(log);
    case 'slurm':
      return slurmExecutor({ command, settings: slurm, log });
    default:
      return name satisfies never;
  }
}
