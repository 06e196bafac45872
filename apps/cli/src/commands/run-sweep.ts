import { createReadStream } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { formatDuration } from '@fdr/core/relations';
import { cancelSweep, collectSweep, logFile, runIdOf, storeSweep, sweepStatus } from '@fdr/experiments';
import { EMPTY_PLAN, estimateJob, planSweep, readPlanFile, withFlags, type SweepPlan } from '@fdr/experiments/planning';
import { EXIT, UserError } from '../failure.js';
import type { readExecutorOptions } from '../options/executor-options.js';
import { createOutput } from '../terminal/output.js';
import { formatTable } from '../terminal/table.js';
import { printFailures, runJobs } from './experiment-command.js';

/** What `fdr sweep` was given. */
interface SweepOptions extends ReturnType<typeof readExecutorOptions> {
  readonly plan: string | undefined;
  /** Settings of the command line: `{ seed: '1..16' }`. */
  readonly words: Readonly<Record<string, string>>;
  readonly out: string | undefined;
  readonly dryRun: boolean;
  readonly retryFailed: boolean;
  readonly failFast: boolean;
}

const output = createOutput(process.stdout, process.env);
const line = (text: string): void => output.write(`${text}\n`);

/** Runs what is missing of a sweep. @returns the exit code of the process */
export async function runSweep({ plan, words, name, dryRun, ...options }: SweepOptions): Promise<number> {
  const file = withFlags(plan === undefined ? EMPTY_PLAN : await readPlanFile(plan), words);
  const sweep = planSweep(file);
  const out = resolve(options.out ?? join('sweeps', basename(plan ?? 'sweep').replace(/\.\w+$/, '')));
  if (dryRun) {
    printPlan(sweep);
    return EXIT.fine;
  }
  await storeSweep(out, sweep);
  const executor = { name: name ?? file.executor, slurm: file.slurm };
  const outcome = await runJobs(sweep.jobs, { ...options, ...executor, out }, output);
  if (!outcome) return EXIT.interrupted;
  printFailures(outcome.failures);
  const folder = relative('', out);
  line(`${outcome.results.size} of ${sweep.jobs.length} jobs done; a table of them: fdr sweep collect ${folder}`);
  return outcome.results.size === sweep.jobs.length ? EXIT.fine : EXIT.failure;
}

function printPlan({ jobs }: SweepPlan): void {
  const names = new Map(jobs.map((job) => [job.key, job.name]));
  const rows = jobs.map((job) => {
    const { seconds, bytes } = estimateJob(job);
    const parent = job.parent === undefined ? '-' : (names.get(job.parent) ?? job.parent);
    return [job.name || '-', runIdOf(job), parent, formatDuration(seconds), `${Math.round(bytes / 2 ** 20)} MiB`];
  });
  const columns = ['JOB', 'RUN', 'STARTS FROM', 'ABOUT', 'MEMORY'].map((title) => ({ title, rank: 0 }));
  output.write(formatTable(columns, rows));
  const total = jobs.reduce((sum, job) => sum + estimateJob(job).seconds, 0);
  line(`${jobs.length} jobs, about ${formatDuration(total)} on one core`);
}

/** Prints how a sweep stands. */
export async function printStatus(folder: string): Promise<void> {
  const { jobs, counts, failures } = await sweepStatus(resolve(folder));
  const { done, running, waiting, failed } = counts;
  line(`${done} of ${jobs.length} jobs done, ${running} running, ${waiting} waiting, ${failed} failed`);
  printFailures(failures);
}

/** Ends a sweep. */
export async function cancel(folder: string): Promise<void> {
  const ended = await cancelSweep(resolve(folder));
  line(
    `asked to end: ${ended} processes of this machine, and whatever Slurm has; the same sweep goes on when it is started again`,
  );
}

/** Writes a sweep's tables and figure, and names the files. */
export async function collect(folder: string): Promise<void> {
  for (const file of await collectSweep(resolve(folder))) line(relative('', file));
}

/** Prints what a job's process has said. @throws UserError if there is no such job, or it has said nothing yet */
export async function printLog(folder: string, wanted: string): Promise<void> {
  const out = resolve(folder);
  const { jobs } = await sweepStatus(out);
  const job = jobs.find((each) => [each.key, each.name, each.kind === 'run' && runIdOf(each)].includes(wanted));
  if (!job)
    throw new UserError(
      `${folder} has no job ${JSON.stringify(wanted)}; their runs: fdr runs ls --runs-dir ${folder}/runs`,
    );
  try {
    await pipeline(createReadStream(logFile(out, job.key)), process.stdout, { end: false });
  } catch (error) {
    throw new UserError(`job ${job.name} has said nothing yet`, { cause: error });
  }
}
