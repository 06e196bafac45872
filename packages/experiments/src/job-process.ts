import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { jobTag, type RunJob } from './job.js';

/** Lines of a failed job's last words that are kept. */
const LAST_WORDS = 20;

export interface JobOutcome {
  readonly code: number | null;
  /** Of the run that it made; undefined where it made none. */
  readonly runId: string | undefined;
  /** What it said on the error stream, its end. */
  readonly words: string;
}

export interface JobProcess {
  readonly ended: Promise<JobOutcome>;
  /** Asks it to end in good order; asked again, it ends at once. */
  stop(): void;
}

export interface JobPlace {
  readonly command: readonly string[];
  /** Holds `runs` and `jobs`. */
  readonly out: string;
}

/**
 * Runs a job as `fdr train` in a process of its own.
 *
 * @param start checkpoint it begins with
 * @param onEpoch told of each epoch that ends
 */
export async function startJob(
  job: RunJob,
  start: string | undefined,
  place: JobPlace,
  onEpoch: (epoch: number) => void,
): Promise<JobProcess> {
  const configs = join(place.out, 'jobs');
  await mkdir(configs, { recursive: true });
  const file = join(configs, `${job.key}.json`);
  await writeFile(file, `${JSON.stringify({ ...job.config, ...(start === undefined ? {} : { start }) }, null, 2)}\n`);
  return jobProcess(['train', '--config', file, '--name', job.name, '--tag', jobTag(job.key)], place, onEpoch);
}

/** Goes on with a job's run that was broken off, as `fdr resume` in a process of its own. */
export const resumeJob = (runId: string, place: JobPlace, onEpoch: (epoch: number) => void): JobProcess =>
  jobProcess(['resume', runId], place, onEpoch);

/** In a process group of its own: Ctrl-C reaches it through us alone. */
function jobProcess(
  words: readonly string[],
  { command, out }: JobPlace,
  onEpoch: (epoch: number) => void,
): JobProcess {
  const [node = '', ...flags] = command;
  const common = ['--json', '--no-dashboard', '--runs-dir', join(out, 'runs')];
  const child = spawn(node, [...flags, ...words, ...common], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const errors: string[] = [];
  createInterface(child.stderr).on('line', (line) => {
    errors.push(line);
    if (errors.length > LAST_WORDS) errors.shift();
  });
  let runId: string | undefined;
  createInterface(child.stdout).on('line', (line) => {
    const record = jobRecord(line);
    if (record?.type === 'run') runId = record.run.id;
    if (record?.type === 'epoch') onEpoch(record.epoch.epoch);
  });
  const ended = new Promise<JobOutcome>((resolve) => {
    child.once('error', (error) => resolve({ code: null, runId, words: error.message }));
    child.once('close', (code) => resolve({ code, runId, words: errors.join('\n') }));
  });
  return { ended, stop: () => void child.kill('SIGTERM') };
}

/** Undefined for what is no record: a process that is killed tears its last line. */
function jobRecord(line: string): JobRecord | undefined {
  try {
    return JSON.parse(line) as JobRecord;
  } catch {
    return undefined;
  }
}

/** What is read of the lines that `fdr train --json` prints. */
type JobRecord =
  | { readonly type: 'run'; readonly run: { readonly id: string } }
  | { readonly type: 'epoch'; readonly epoch: { readonly epoch: number } }
  | { readonly type: 'event' };
