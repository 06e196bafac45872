import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { bestEpoch, dynamicsOf, stationaryRun } from '@fdr/core/relations';
import { isActive } from '@fdr/records';
import {
  errorCode,
  listCheckpoints,
  openRun,
  readFinishedRun,
  RunFolderError,
  type FinishedRun,
  type RunReader,
} from '@fdr/run-store';
import { readCurvature, curvatureFile, curvatureFolder } from './curvature/record.js';
import { failedKeys } from './failure-file.js';
import { toFinishedEpoch } from './finished-epoch.js';
import { appendFinished, readFinished } from './finished-runs.js';
import { runIdOf, type Job, type RunJob } from './job.js';
import type { JobResult, JobResults, RunResult } from './job-result.js';

/** Folders that are read at the same time. */
const PARALLEL = 16;

/** How the jobs of an experiment stand, by job key. A job in none of these has not begun, or was interrupted. */
export interface JobIndex {
  /** Completed jobs. A run without its last epoch or its last checkpoint is not among them. */
  readonly completed: JobResults;
  /** Jobs whose run a process is training at this moment. */
  readonly running: ReadonlySet<string>;
  /** Jobs that failed of themselves. */
  readonly failed: ReadonlySet<string>;
}

/** The folder of an experiment's runs. */
export const runsFolder = (out: string): string => join(out, 'runs');

/**
 * Reads how the jobs of an experiment stand. What was finished when the index was read before is taken from `finished.jsonl`, if its folder is
 * still there; the folders of the other runs are opened.
 *
 * @param out the experiment's folder
 * @param jobs all jobs
 */
export async function readJobIndex(out: string, jobs: readonly Job[]): Promise<JobIndex> {
  const [runFolders, estimates, known] = await Promise.all([
    namesIn(runsFolder(out)),
    namesIn(curvatureFolder(out)),
    readFinished(out, runsFolder(out)),
  ]);
  const completed = new Map<string, JobResult>();
  const running = new Set<string>();
  const opened: Job[] = [];
  for (const job of jobs) {
    const present = job.kind === 'run' ? runFolders.has(runIdOf(job)) : estimates.has(`${job.key}.json`);
    const result = known.get(job.key);
    if (present && result) completed.set(job.key, result);
    else if (present) opened.push(job);
  }
  const found = new Map<string, JobResult>();
  await eachOf(opened, async (job) => {
    const state = await readJob(out, job);
    if (state === 'running') running.add(job.key);
    else if (state !== undefined) found.set(job.key, state);
  });
  await appendFinished(out, found);
  // In the order of the jobs, whichever folder was read first.
  const ordered = jobs.flatMap(({ key }): (readonly [string, JobResult])[] => {
    const result = completed.get(key) ?? found.get(key);
    return result ? [[key, result]] : [];
  });
  return { completed: new Map(ordered), running, failed: await failedKeys(out) };
}

/** The state of one job: its result, that it is running, or undefined if it has to be done or to go on. */
export async function readJob(out: string, job: Job): Promise<JobResult | 'running' | undefined> {
  if (job.kind === 'curvature') {
    const estimate = await readCurvature(curvatureFile(out, job.key));
    return estimate && { kind: 'curvature', estimate };
  }
  const finished = await orNone(readFinishedRun(runsFolder(out), runIdOf(job)));
  if (finished) return runResult(finished, runsFolder(out));
  const reader = await openJobRun(out, job);
  return reader && isActive(reader.run.status) ? 'running' : undefined;
}

/** The run of a job; undefined if there is none that can be read. */
export const openJobRun = (out: string, job: RunJob): Promise<RunReader | undefined> =>
  orNone(openRun(runsFolder(out), runIdOf(job)));

/** Undefined for a run that can't be read. */
async function orNone<Found>(reading: Promise<Found>): Promise<Found | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof RunFolderError) return undefined;
    throw error;
  }
}

/** The result of a finished run; undefined if its last epoch or its last checkpoint is missing. */
async function runResult({ folder, run, epochs }: FinishedRun, runsDirectory: string): Promise<RunResult | undefined> {
  const { id, config, stepsPerEpoch } = run;
  const lastEpoch = epochs.at(-1);
  if (lastEpoch === undefined) return undefined;
  // A cooldown ends a training before its epochs are done.
  if (lastEpoch.epoch !== config.epochs && config.schedule.kind !== 'cooldown') return undefined;
  const lastStep = lastEpoch.epoch * stepsPerEpoch;
  const checkpoint = (await listCheckpoints(folder)).find(({ step }) => step === lastStep)?.path;
  if (checkpoint === undefined) return undefined;
  const dynamics = dynamicsOf(config.optimizer);
  return {
    kind: 'run',
    runsDirectory,
    runId: id,
    checkpoint,
    lastEpoch: toFinishedEpoch(lastEpoch),
    bestTestAccuracy: bestEpoch(epochs)?.testAccuracy ?? NaN,
    stationary: dynamics && stationaryRun(epochs, { ...dynamics, seed: config.seed }),
  };
}

async function eachOf<Item>(items: readonly Item[], visit: (item: Item) => Promise<void>): Promise<void> {
  const rest = items.values();
  const work = async (): Promise<void> => {
    for (const item of rest) await visit(item);
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
}

async function namesIn(folder: string): Promise<ReadonlySet<string>> {
  try {
    return new Set(await readdir(folder));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return new Set();
    throw error;
  }
}
