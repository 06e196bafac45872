import { access, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, lockFolder, removeForeignLock } from '@fdr/run-store';
import { resumePoint, resumeSession, startSession, type Session, type SessionListeners } from '@fdr/training';
import { curvatureFile, curvatureFolder, writeCurvature } from './curvature/record.js';
import { ExperimentError } from './experiment-error.js';
import { forgetFailure, recordFailure } from './failure-file.js';
import { openJobRun, readJob, runsFolder } from './job-index.js';
import { runIdOf, type CurvatureJob, type Job, type RunJob } from './job.js';
import { readJobs } from './stored-jobs.js';

/** Seconds between two rolling checkpoints: what a job that is killed has to compute again. */
const CHECKPOINT_EVERY = 60;

/** How a job is run. */
export interface RunJobOptions {
  /** Aborted, it ends the training after a checkpoint. */
  readonly signal: AbortSignal;
  /** Whether whoever runs the job knows that its earlier life has ended, wherever that was: its lock is then no obstacle. */
  readonly isRestart: boolean;
  /** Gets a line for people of each epoch and warning. */
  readonly log: (line: string) => void;
}

/**
 * Runs one job of an experiment in this process, from wherever it stands: a job that is done is left alone, an interrupted run goes on from its
 * last checkpoint under the same id, else it begins. A failure of its own is recorded, and forgotten once it is done.
 *
 * @param out the experiment's folder
 * @param key of the job
 * @returns whether the job is done; not if it was stopped before
 * @throws ExperimentError if there is no such job, or the one that it starts from is not done; whatever its training throws
 */
export async function runJob(out: string, key: string, options: RunJobOptions): Promise<boolean> {
  const [job] = await readJobs(out, [key]);
  if (!job) throw new ExperimentError(`${out} has no job ${JSON.stringify(key)}`);
  if (isDone(await readJob(out, job))) return true;
  try {
    const checkpoint = await parentCheckpoint(out, job);
    if (job.kind === 'curvature') await estimate(out, job, checkpoint);
    else await train(out, job, checkpoint, options);
    const done = isDone(await readJob(out, job));
    if (!done && !options.signal.aborted) throw new Error('it ended, and its run is not complete');
    if (done) await forgetFailure(out, key);
    return done;
  } catch (error) {
    if (!options.signal.aborted) await recordFailure(out, key, error instanceof Error ? error.message : String(error));
    throw error;
  }
}

const isDone = (state: Awaited<ReturnType<typeof readJob>>): boolean => state !== undefined && state !== 'running';

/** The last checkpoint of the job that this one starts from. */
async function parentCheckpoint(out: string, { parent }: Job): Promise<string | undefined> {
  if (parent === undefined) return undefined;
  const [job] = await readJobs(out, [parent]);
  const result = job && (await readJob(out, job));
  if (result === undefined || result === 'running' || result.kind !== 'run')
    throw new ExperimentError(`"${job?.name ?? parent}", which it starts from, is not done`);
  return result.checkpoint;
}

async function estimate(
  out: string,
  { config, points, samples, seed, key }: CurvatureJob,
  checkpoint = '',
): Promise<void> {
  // Loads TensorFlow.js, which other jobs leave to the training's thread.
  const { estimateCurvature } = await import('./curvature/estimate.js');
  const record = await estimateCurvature({ config, checkpoint, points, samples, seed });
  await mkdir(curvatureFolder(out), { recursive: true });
  await writeCurvature(curvatureFile(out, key), record);
}

async function train(
  out: string,
  job: RunJob,
  start: string | undefined,
  { signal, log, isRestart }: RunJobOptions,
): Promise<void> {
  const { epochs } = job.config;
  if (isRestart) await removeForeignLock(join(runsFolder(out), runIdOf(job)));
  const session = await openSession(out, job, start, {
    warn: log,
    listen: (message) => {
      if (message.type === 'epoch')
        log(`epoch ${message.record.epoch} of ${epochs}, training loss ${message.record.trainLoss}`);
      if (message.type === 'event' && message.record.type === 'warning') log(message.record.message);
    },
  });
  const stop = (): void => session.stop('stop');
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  const { status } = await session.ended.finally(() => signal.removeEventListener('abort', stop));
  if (status !== 'finished' && status !== 'stopped') throw new Error(`run ${session.run.id} has ${status}`);
}

async function openSession(
  out: string,
  job: RunJob,
  start: string | undefined,
  listeners: SessionListeners,
): Promise<Session> {
  const id = runIdOf(job);
  const common = {
    ...listeners,
    runsDirectory: runsFolder(out),
    checkpointEvery: CHECKPOINT_EVERY,
    keepEvery: undefined,
  };
  const reader = await openJobRun(out, job);
  if (reader?.run.status === 'diverged') throw new Error(`run ${id} has diverged`);
  if (reader) {
    const from = await resumePoint({ ...common, id });
    return resumeSession({ ...common, from, acceptChanges: false });
  }
  await removeUnborn(join(runsFolder(out), id));
  return startSession({ ...common, id, name: job.name, config: { ...job.config, start: start ?? job.config.start } });
}

/** Removes what is left of a run whose process was killed before it had written `run.json`. */
async function removeUnborn(folder: string): Promise<void> {
  const exists = async (path: string): Promise<boolean> =>
    access(path).then(
      () => true,
      (error: unknown) => errorCode(error) !== 'ENOENT',
    );
  if (!(await exists(folder)) || (await exists(join(folder, 'run.json')))) return;
  const lock = await lockFolder(folder);
  await rm(folder, { recursive: true, force: true });
  await lock.release();
}
