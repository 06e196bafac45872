import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { runsFolder } from './job-index.js';
import { jobTag, type RunJob } from './job.js';

/** Lines of a process's error output that are kept. */
const ERROR_LINES = 20;

/** How a job's process ended. */
export interface ProcessOutcome {
  /** Exit code; null if a signal ended it, or it could not be started. */
  readonly code: number | null;
  /** Id of the run that it trained; undefined if there is none. */
  readonly runId: string | undefined;
  /** The last lines of its error output. */
  readonly errors: string;
}

/** A job's process. */
export interface JobProcess {
  readonly ended: Promise<ProcessOutcome>;
  /** Asks the process to end after a checkpoint; the second time it ends at once. */
  readonly stop: () => void;
}

/** How jobs' processes are started. */
export interface ProcessOptions {
  /** The command that starts this program: node, its flags, the main file. */
  readonly command: readonly string[];
  /** The experiment's folder. */
  readonly out: string;
  /** Called after each epoch with its number, from 1. */
  readonly onEpoch: (epoch: number) => void;
}

/**
 * Trains a job's run by `fdr train` in a process of its own.
 *
 * @param job what is trained
 * @param start path of the checkpoint whose parameters the run starts from; undefined for new parameters
 * @param options how the process is started
 */
export async function trainJob(job: RunJob, start: string | undefined, options: ProcessOptions): Promise<JobProcess> {
  const folder = join(options.out, 'jobs');
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${job.key}.json`);
  await writeFile(file, `${JSON.stringify({ ...job.config, start }, null, 2)}\n`);
  return startProcess(['train', '--config', file, '--name', job.name, '--tag', jobTag(job.key)], options);
}

/**
 * Resumes an interrupted run by `fdr resume` in a process of its own.
 *
 * @param runId a run in the experiment's folder
 * @param options how the process is started
 */
export const resumeJob = (runId: string, options: ProcessOptions): JobProcess =>
  startProcess(['resume', runId], options);

/** Starts this program in a process group of its own, so that Ctrl-C in a terminal reaches it through `stop` alone. */
function startProcess(args: readonly string[], { command, out, onEpoch }: ProcessOptions): JobProcess {
  const [node = '', ...flags] = command;
  const child = spawn(node, [...flags, ...args, '--json', '--no-dashboard', '--runs-dir', runsFolder(out)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const errors: string[] = [];
  createInterface(child.stderr).on('line', (line) => {
    errors.push(line);
    if (errors.length > ERROR_LINES) errors.shift();
  });
  let runId: string | undefined;
  createInterface(child.stdout).on('line', (line) => {
    const record = parseRecord(line);
    if (record?.type === 'run') runId = record.run.id;
    if (record?.type === 'epoch') onEpoch(record.epoch.epoch);
  });
  const ended = new Promise<ProcessOutcome>((resolve) => {
    child.once('error', (error) => resolve({ code: null, runId, errors: error.message }));
    child.once('close', (code) => resolve({ code, runId, errors: errors.join('\n') }));
  });
  return { ended, stop: () => void child.kill('SIGTERM') };
}

/** The fields that are read of the lines that `fdr train --json` prints. */
const jobRecord = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run'), run: z.object({ id: z.string() }) }),
  z.object({ type: z.literal('epoch'), epoch: z.object({ epoch: z.number() }) }),
]);

/** Undefined for any other line; a process that is killed may leave half a line. */
function parseRecord(line: string): z.infer<typeof jobRecord> | undefined {
  try {
    return jobRecord.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
