import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode, lockFolder, openRun, type RunReader } from '@fdr/run-store';
import { curvatureFile } from './curvature/record.js';
import { startCurvatureEstimate } from './curvature/start.js';
import { ExperimentError } from './experiment-error.js';
import { isRunning, readJobIndex, runResult, runsFolder, type JobIndex } from './job-index.js';
import { runJobs, type PendingJob, type PoolOptions, type PoolOutcome } from './job-pool.js';
import { resumeJob, trainJob, type JobProcess, type ProcessOptions, type ProcessOutcome } from './job-process.js';
import type { CurvatureJob, Job, RunJob } from './job.js';
import type { RunResult } from './job-result.js';

/** Milliseconds between two polls of a run that another process is training. */
const POLL_INTERVAL = 500;

/** Is notified of an experiment's progress. */
export interface ExperimentListener {
  /** A job has changed its state. */
  readonly onChange: PoolOptions['onChange'];
  /** A job's run has finished an epoch, counted from 1. */
  readonly onEpoch: (job: Job, epoch: number) => void;
  /** The experiment has ended. */
  readonly onEnd: () => void;
}

/** How an experiment is run. */
export interface ExperimentOptions extends Pick<PoolOptions, 'concurrency' | 'onCompleted' | 'signal'> {
  /** The experiment's folder. */
  readonly out: string;
  /** The command that starts this program: node, its flags, the main file. */
  readonly command: readonly string[];
  /** Makes the listener once it is known which jobs remain, and how many were completed before. */
  readonly listen: (remaining: readonly Job[], completedBefore: number) => ExperimentListener;
}

/**
 * Runs every job that is not completed yet, each in a process of its own. An interrupted run is resumed from its last checkpoint, a run
 * that another process is still training is waited for, an interrupted estimate starts again.
 *
 * @param jobs a parent stands before its children
 * @param options how they are run
 * @returns the results and failures of all jobs
 * @throws RunFolderError if another process works in the same folder; ExperimentError if that can't be made
 */
export async function runExperiment(jobs: readonly Job[], options: ExperimentOptions): Promise<PoolOutcome> {
  const { out, command, concurrency, listen, onCompleted, signal } = options;
  await makeFolder(runsFolder(out));
  const lock = await lockFolder(out);
  try {
    const index = await readJobIndex(out);
    const { completed } = index;
    const remaining = jobs.filter(({ key }) => !completed.has(key));
    const listener = listen(remaining, jobs.length - remaining.length);
    const start = async (job: Job, checkpoint: string | undefined): Promise<PendingJob> => {
      if (job.kind === 'curvature') return startEstimate(job, checkpoint, out);
      return startRun(job, checkpoint, index, { out, command, onEpoch: (epoch) => listener.onEpoch(job, epoch) });
    };
    try {
      const { onChange } = listener;
      return await runJobs({ jobs, completed, concurrency, start, onChange, onCompleted, signal });
    } finally {
      listener.onEnd();
    }
  } finally {
    await lock.release();
  }
}

/** @throws ExperimentError with the system's code */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new ExperimentError(`can't make the folder ${folder} (${errorCode(error) ?? String(error)})`);
  }
}

/** @param checkpoint the last one of the run whose stationary state is examined */
function startEstimate(job: CurvatureJob, checkpoint: string | undefined, out: string): PendingJob {
  if (checkpoint === undefined) throw new Error('a curvature estimate needs the last checkpoint of a run');
  const { config, points, samples, seed, key } = job;
  const request = { config, checkpoint, points, samples, seed };
  const { ended, stop } = startCurvatureEstimate(request, curvatureFile(out, key));
  return { ended: ended.then((estimate) => ({ kind: 'curvature', estimate })), stop };
}

/** Follows the job's run if another process is training it, resumes it if it was interrupted, else trains it. */
async function startRun(
  job: RunJob,
  checkpoint: string | undefined,
  { running, interrupted }: Pick<JobIndex, 'running' | 'interrupted'>,
  options: ProcessOptions,
): Promise<PendingJob> {
  const orphan = running.get(job.key);
  if (orphan) return followRun(orphan, options.onEpoch);
  const runsDirectory = runsFolder(options.out);
  const runId = interrupted.get(job.key);
  if (runId === undefined) return pendingRun(await trainJob(job, checkpoint, options), runsDirectory);
  const { ended, stop } = pendingRun(resumeJob(runId, options), runsDirectory);
  return { ended: ended.catch((error: unknown) => throwUnresumable(runId, error)), stop };
}

function pendingRun({ ended, stop }: JobProcess, runsDirectory: string): PendingJob {
  return { ended: ended.then((outcome) => processResult(outcome, runsDirectory)), stop };
}

/** @throws Error with the process's error output if it failed or left no finished run */
async function processResult({ code, errors, runId }: ProcessOutcome, runsDirectory: string): Promise<RunResult> {
  const reader = runId === undefined ? undefined : await openRun(runsDirectory, runId);
  if (code === 0 && reader) return runResult(reader);
  if (errors !== '') throw new Error(errors);
  if (reader) throw new Error(await describeEnd(reader));
  throw new Error(`its process ended with ${code ?? 'a signal'} and left no run`);
}

/** A run that cannot be resumed would fail every time the experiment is run again. */
function throwUnresumable(runId: string, error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error);
  throw new Error(`${reason}; to train it again from the start, remove run ${runId}`, { cause: error });
}

/** A run's status and its last two messages. */
async function describeEnd(reader: RunReader): Promise<string> {
  const messages = (await reader.events()).flatMap((event) =>
    event.type === 'warning' || event.type === 'status' ? [event.message] : [],
  );
  return `run ${reader.id} has status ${reader.run.status}: ${messages.slice(-2).join('; ')}`;
}

/** Waits for a run that another process is training. `stop` ends the waiting alone: the process belongs to nobody here. */
function followRun(reader: RunReader, onEpoch: (epoch: number) => void): PendingJob {
  const stopped = new AbortController();
  const ended = async (): Promise<RunResult> => {
    while (isRunning(reader)) {
      await sleep(POLL_INTERVAL, undefined, { signal: stopped.signal });
      if (await reader.refresh()) onEpoch(reader.lastEpoch?.epoch ?? 0);
    }
    return runResult(reader);
  };
  return { ended: ended(), stop: () => stopped.abort() };
}
