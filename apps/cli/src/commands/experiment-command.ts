import { availableParallelism } from 'node:os';
import {
  chooseExecutor,
  runExperiment,
  type ExecutorChoice,
  type Failure,
  type Job,
  type PoolOutcome,
} from '@fdr/experiments';
import { EXIT } from '../failure.js';
import { createExperimentProgress } from '../terminal/experiment-progress.js';
import { warn, type Output } from '../terminal/output.js';
import { formatTable } from '../terminal/table.js';
import { ENDING_SIGNALS } from '../terminal/wait-for-signal.js';

/** What an experiment is run with; see `runExperiment`. */
interface ExperimentCommand extends Omit<ExecutorChoice, 'command' | 'log'> {
  readonly out: string;
  readonly retryFailed: boolean;
  readonly failFast?: boolean;
  readonly onCompleted?: Parameters<typeof runExperiment>[1]['onCompleted'];
}

/** The command that starts this program: node, its flags, the main file. */
const OWN_COMMAND: readonly string[] = [process.execPath, ...process.execArgv, process.argv[1] ?? ''];

/**
 * Runs jobs and shows their progress. A first signal ends this process once its jobs have saved themselves; a second one at once.
 *
 * @returns undefined where a signal has ended it
 */
export async function runJobs(
  jobs: readonly Job[],
  { name, concurrency, slurm, ...options }: ExperimentCommand,
  output: Output,
): Promise<PoolOutcome | undefined> {
  const interruption = new AbortController();
  const interrupt = (): void => {
    if (interruption.signal.aborted) process.exit(EXIT.interrupted);
    interruption.abort();
  };
  for (const signal of ENDING_SIGNALS) process.on(signal, interrupt);
  try {
    const log = (line: string): void => output.write(`${line}\n`);
    const choice = { name, concurrency, slurm, command: OWN_COMMAND, log };
    const outcome = await runExperiment(jobs, {
      ...options,
      executor: chooseExecutor(choice, jobs, { cores: availableParallelism(), freeBytes: process.availableMemory() }),
      listen: (remaining, doneBefore, most) =>
        createExperimentProgress(output, { jobs: remaining, doneBefore, concurrency: most }),
      signal: interruption.signal,
    });
    if (!interruption.signal.aborted) return outcome;
    warn('interrupted; the same command goes on with what is missing');
    return undefined;
  } finally {
    for (const signal of ENDING_SIGNALS) process.off(signal, interrupt);
  }
}

/** Prints the jobs that failed, and why. */
export function printFailures(failures: readonly Failure[]): void {
  if (failures.length === 0) return;
  const columns = ['JOB', 'WHY'].map((title) => ({ title, rank: 0 }));
  const rows = failures.map(({ job, reason }) => [job.name, reason]);
  process.stderr.write(`fdr: ${failures.length} of the jobs failed\n${formatTable(columns, rows)}`);
}
