import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isActive } from '@fdr/records';
import { errorCode, listCheckpoints, listRuns, type RunReader } from '@fdr/run-store';
import { readCurvature, curvatureFolder } from './curvature/record.js';
import { jobKey } from './job.js';
import type { CurvatureResult, JobResult, JobResults, RunResult } from './job-result.js';

/** The jobs in an experiment's folder, by job key. */
export interface JobIndex {
  /** Completed jobs. A run without its last epoch or its last checkpoint is not among them. */
  readonly completed: JobResults;
  /** Runs that another process is still training: their driver was killed, their own process was not. */
  readonly running: ReadonlyMap<string, RunReader>;
  /** Ids of runs that were stopped or whose process died. If a job has several, the one with the most steps. */
  readonly interrupted: ReadonlyMap<string, string>;
}

/** The folder of an experiment's runs. */
export const runsFolder = (out: string): string => join(out, 'runs');

/**
 * Reads an experiment's folder once.
 *
 * @param out the experiment's folder
 * @returns the jobs in it; none if the folder is empty
 */
export async function readJobIndex(out: string): Promise<JobIndex> {
  const completed = new Map<string, JobResult>(await storedCurvatures(curvatureFolder(out)));
  const running = new Map<string, RunReader>();
  const resumable = new Map<string, RunReader>();
  for (const reader of (await listRuns(runsFolder(out))).runs) {
    const key = jobKey(reader.run.tags);
    if (key === undefined) continue;
    const checkpoint = await lastCheckpoint(reader);
    if (checkpoint !== undefined) completed.set(key, { kind: 'run', reader, checkpoint });
    else if (isRunning(reader)) running.set(key, reader);
    else if (isResumable(reader) && reader.stepCount() >= (resumable.get(key)?.stepCount() ?? 0))
      resumable.set(key, reader);
  }
  return { completed, running, interrupted: new Map([...resumable].map(([key, { id }]) => [key, id])) };
}

async function storedCurvatures(folder: string): Promise<(readonly [string, CurvatureResult])[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  const stored = names.map(async (name): Promise<(readonly [string, CurvatureResult])[]> => {
    const [, key] = /^([0-9a-f]{16})\.json$/.exec(name) ?? [];
    if (key === undefined) return [];
    const estimate = await readCurvature(join(folder, name));
    return estimate ? [[key, { kind: 'curvature', estimate }]] : [];
  });
  return (await Promise.all(stored)).flat();
}

/**
 * The result of a run whose process has ended.
 *
 * @throws Error if the run is not finished, or its last epoch or last checkpoint is missing
 */
export async function runResult(reader: RunReader): Promise<RunResult> {
  const checkpoint = await lastCheckpoint(reader);
  if (checkpoint === undefined) throw new Error(`run ${reader.id} is incomplete; its status is ${reader.run.status}`);
  return { kind: 'run', reader, checkpoint };
}

/** Whether a process is still training the run. */
export const isRunning = ({ run }: RunReader): boolean => isActive(run.status);

const isResumable = ({ run }: RunReader): boolean => run.status === 'stopped' || run.status === 'failed';

/** Path of a finished run's last checkpoint; undefined if the run is incomplete. */
async function lastCheckpoint({ run, folder, lastEpoch }: RunReader): Promise<string | undefined> {
  const { status, config, stepsPerEpoch } = run;
  if (status !== 'finished' || lastEpoch === undefined) return undefined;
  // A cooldown ends a training before its epochs are done.
  if (lastEpoch.epoch !== config.epochs && config.schedule.kind !== 'cooldown') return undefined;
  const lastStep = lastEpoch.epoch * stepsPerEpoch;
  return (await listCheckpoints(folder)).find(({ step }) => step === lastStep)?.path;
}
