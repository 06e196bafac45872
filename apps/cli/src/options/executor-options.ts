import { EXECUTORS, type ExecutorName } from '@fdr/experiments/planning';
import { Option, type Command } from 'commander';
import { z } from 'zod';
import { describeRange, parseValue, parseWord } from './parse-option.js';

const jobsSchema = z.int().min(1).max(1024);
const executorSchema = z.enum(EXECUTORS);

/** Adds the flags that choose what runs jobs, and how many at the same time. */
export const addExecutorOptions = (command: Command): Command =>
  command
    .option('--jobs <n>', `runs at the same time: ${describeRange(jobsSchema)} (default: what cores and memory carry)`)
    .addOption(new Option('--executor <name>', `what runs the jobs: ${describeRange(executorSchema)}`));

/** @throws UserError for the first value that is not allowed, naming its flag */
export function readExecutorOptions({ jobs, executor }: { readonly jobs?: unknown; readonly executor?: unknown }): {
  readonly concurrency: number | undefined;
  readonly name: ExecutorName | undefined;
} {
  return {
    concurrency: typeof jobs === 'string' ? parseWord('--jobs', jobsSchema, jobs) : undefined,
    name: executor === undefined ? undefined : parseValue('--executor', executorSchema, executor),
  };
}
