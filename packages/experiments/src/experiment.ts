import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { lockFolder } from '@fdr/run-store';
import { openRun, type RunReader } from '@fdr/run-store';
import { resumeJob, startJob, type JobOutcome } from './job-process.js';
import { doneRun, isUnderWay, readJobIndex, runsFolder, type DoneRun } from './job-index.js';
import type { Job, CurvatureJob } from './job.js';
import type { Plan } from './plan.js';
import { runJobs, type PoolOptions, type PoolOutcome, type PendingJob } from './job-pool.js';
import { curvatureFile } from './curvature/record.js';
import { startCurvatureEstimate } from './curvature/start.js';

/** Milliseconds between two looks at a run that another process is making. */
const BETWEEN_LOOKS = 500;

/** Who is told how the jobs of an experiment get on. */
export interface JobListener {
  readonly onChange: PoolOptions['onChange'];
  readonly onEpoch: (job: Job, epoch: number) => void;
  readonly end: () => void;
}

export interface ExperimentOptions extends Pick<PoolOptions, 'onDone'> {
  readonly out: string;
  /** Processes at the same time. */
  readonly width: number;
  /** How this program is started. */
  readonly command: readonly string[];
  /** Told what is left to do, once that is known, and gives back who is told how the jobs get on. */
  readonly watch: (jobs: readonly Job[], doneBefore: number) => JobListener;
  readonly signal: AbortSignal;
}

/**
 * Does every job of a plan that is not done yet, in processes of their own, and tells what is done.
 * A training that was broken off goes on from its last checkpoint; an estimate is done again.
 *
 * @throws RunFolderError where another process works in the same folder
 */
export async function runPlan({ jobs }: Plan, options: ExperimentOptions): Promise<PoolOutcome> {
  const { out, width, command, watch, onDone, signal } = options;
  const runsDirectory = runsFolder(out);
  await mkdir(runsDirectory, { recursive: true });
  const lock = await lockFolder(out);
  try {
    const { done, underWay, interrupted } = await readJobIndex(out);
    const left = jobs.filter(({ key }) => !done.has(key));
    const progress = watch(left, jobs.length - left.length);
    const begin = async (job: Job, start: string | undefined): Promise<PendingJob> => {
      if (job.kind === 'curvature') return look(job, start, out);
      const onEpoch = (epoch: number): void => progress.onEpoch(job, epoch);
      const orphan = underWay.get(job.key);
      if (orphan) return follow(orphan, onEpoch);
      const broken = interrupted.get(job.key);
      const place = { command, out };
      const child =
        broken === undefined ? await startJob(job, start, place, onEpoch) : resumeJob(broken, place, onEpoch);
      const ended = child.ended.then((outcome) => whatWasMade(outcome, runsDirectory));
      return { stop: child.stop, ended: broken === undefined ? ended : ended.catch(advise(broken)) };
    };
    return await runJobs({ jobs, done, width, begin, onChange: progress.onChange, onDone, signal }).finally(
      progress.end,
    );
  } finally {
    await lock.release();
  }
}

/** @param checkpoint that its run ended with */
function look(
  { config, points, samples, seed, key }: CurvatureJob,
  checkpoint: string | undefined,
  out: string,
): PendingJob {
  if (checkpoint === undefined) throw new Error('an estimate begins where a run ended');
  const end = curvatureFile(out, key);
  const { ended, stop } = startCurvatureEstimate({ config, checkpoint, points, samples, seed }, end);
  return { stop, ended: ended.then((estimate) => ({ estimate, end })) };
}

/** @throws Error with the process' last words, where it ended badly or left no whole run */
async function whatWasMade({ code, words, runId }: JobOutcome, runsDirectory: string): Promise<DoneRun> {
  const reader = runId === undefined ? undefined : await openRun(runsDirectory, runId);
  if (code === 0 && reader) return doneRun(reader);
  throw new Error(
    words || (reader && (await lastWords(reader))) || `it ended with ${code ?? 'a signal'} and left no finished run`,
  );
}

/** A run that can't go on would be tried again and again. */
const advise =
  (runId: string) =>
  (error: unknown): never => {
    throw new Error(
      `${error instanceof Error ? error.message : String(error)}; to begin it anew, remove run ${runId}`,
      {
        cause: error,
      },
    );
  };

/** What a run's record says last of how it went: its warnings, and how it ended. */
async function lastWords(reader: RunReader): Promise<string> {
  const messages = (await reader.events()).flatMap((event) =>
    event.type === 'warning' || event.type === 'status' ? [event.message] : [],
  );
  return `run ${reader.id} ended as ${reader.run.status}: ${messages.slice(-2).join('; ')}`;
}

/** Waits for a run that another process is making. Stopping is to wait no longer: the process is not ours. */
function follow(reader: RunReader, onEpoch: (epoch: number) => void): PendingJob {
  const stopped = new AbortController();
  const ended = async (): Promise<DoneRun> => {
    while (isUnderWay(reader)) {
      await sleep(BETWEEN_LOOKS, undefined, { signal: stopped.signal });
      if (await reader.refresh()) onEpoch(reader.lastEpoch?.epoch ?? 0);
    }
    return doneRun(reader);
  };
  return { ended: ended(), stop: () => stopped.abort() };
}
