import type { Command } from 'commander';
import { UserError } from '../failure.js';
import { isGiven } from '../options/config-flags.js';
import { addExecutorOptions, readExecutorOptions } from '../options/executor-options.js';
import { addSettingFlags } from '../options/train-options.js';

/** What the command line gave for `fdr sweep`, but for the settings. */
interface SweepFlags {
  readonly out?: string;
  readonly dryRun?: boolean;
  readonly retryFailed?: boolean;
  readonly failFast?: boolean;
  readonly jobs?: string;
  readonly executor?: string;
}

/** Loaded by the subcommands alone, since what collects also draws. */
const load = () => import('./run-sweep.js');

/** Adds `fdr sweep` and its subcommands. */
export function registerSweep(program: Command): void {
  const sweep = program
    .command('sweep')
    .description('run many trainings: every combination of values like --seed 1..16 --learning-rate 0.1,0.05')
    .argument('[plan]', 'YAML file: base, grid, list, random, exclude, stages (docs/sweeps.md)')
    .option('--out <folder>', "the sweep's folder (default: sweeps/ and the plan's name)")
    .option('--dry-run', 'print jobs, dependencies, estimated time and memory, and run nothing')
    .option('--retry-failed', 'try jobs again that failed of themselves')
    .option('--fail-fast', 'end all jobs at the first failure');
  addSettingFlags(addExecutorOptions(sweep)).action(async (plan: string | undefined) => {
    const flags = sweep.opts<SweepFlags>();
    const { SETTING_NAMES } = await import('@fdr/experiments/planning');
    const given = SETTING_NAMES.filter((name) => isGiven(sweep, name));
    if (plan === undefined && given.length === 0)
      throw new UserError('a plan is missing: a YAML file, or flags like --seed 1..4 --learning-rate 0.1,0.05');
    const { runSweep } = await load();
    process.exitCode = await runSweep({
      plan,
      words: Object.fromEntries(given.map((name) => [name, String(sweep.getOptionValue(name))])),
      out: flags.out,
      dryRun: flags.dryRun === true,
      retryFailed: flags.retryFailed === true,
      failFast: flags.failFast === true,
      ...readExecutorOptions(flags),
    });
  });
  sweep
    .command('status <folder>')
    .description('how many jobs are done, running, waiting and failed, and why')
    .action(async (folder: string) => (await load()).printStatus(folder));
  sweep
    .command('cancel <folder>')
    .description('end a sweep wherever it runs; what was running saves itself first')
    .action(async (folder: string) => (await load()).cancel(folder));
  sweep
    .command('collect <folder>')
    .description(
      'write one table over all jobs (CSV, Parquet), statistics over seeds, and figure 3 of a sweep over the learning rate',
    )
    .action(async (folder: string) => (await load()).collect(folder));
  sweep
    .command('logs <folder> <job>')
    .description("print what a job's process has said; the job is named by its name, its run or its key")
    .action(async (folder: string, job: string) => (await load()).printLog(folder, job));
}
