import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { listCheckpoints } from '@fdr/run-store';
import { listRuns } from '@fdr/run-store';
import type { RunReader } from '@fdr/run-store';
import { errorCode } from '@fdr/run-store';
import { jobKey } from './job.js';
import { readCurvature, curvatureFolder, type CurvatureRecord } from './curvature/record.js';

/** A job that is done. */
export type DoneJob = DoneRun | DoneCurvature;

export interface DoneRun {
  readonly reader: RunReader;
  /** Path of its last checkpoint. */
  readonly end: string;
}

export interface DoneCurvature {
  readonly estimate: CurvatureRecord;
  /** Path of its record. */
  readonly end: string;
}

export interface JobIndex {
  /** What is done already, by job key. A run that lacks its end is not. */
  readonly done: ReadonlyMap<string, DoneJob>;
  /** Runs that another process is still making, by job key: their driver was killed, they were not. */
  readonly underWay: ReadonlyMap<string, RunReader>;
  /** Ids of runs that were stopped, or whose process died, by job key: of several the one that came furthest. */
  readonly interrupted: ReadonlyMap<string, string>;
}

/** Where an experiment's runs are kept. */
export const runsFolder = (out: string): string => join(out, 'runs');

/** Looks through an experiment's folder for jobs, once. */
export async function readJobIndex(out: string): Promise<JobIndex> {
  const done = new Map<string, DoneJob>();
  const underWay = new Map<string, RunReader>();
  const broken = new Map<string, RunReader>();
  for (const reader of (await listRuns(runsFolder(out))).runs) {
    const key = jobKey(reader.run.tags);
    if (key === undefined) continue;
    const end = await wholeEnd(reader);
    if (end !== undefined) done.set(key, { reader, end });
    else if (isUnderWay(reader)) underWay.set(key, reader);
    else if (canGoOn(reader) && reader.stepCount() >= (broken.get(key)?.stepCount() ?? 0)) broken.set(key, reader);
  }
  for (const [key, estimate] of await doneCurvatures(curvatureFolder(out))) done.set(key, estimate);
  const interrupted = new Map([...broken].map(([key, { id }]) => [key, id]));
  return { done, underWay, interrupted };
}

async function doneCurvatures(folder: string): Promise<(readonly [string, DoneCurvature])[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  const found = names.map(async (name) => {
    const [, key] = /^([0-9a-f]{16})\.json$/.exec(name) ?? [];
    const end = join(folder, name);
    const estimate = key === undefined ? undefined : await readCurvature(end);
    return key === undefined || estimate === undefined ? [] : [[key, { estimate, end }] as const];
  });
  return (await Promise.all(found)).flat();
}

/** @throws Error where the run is not whole */
export async function doneRun(reader: RunReader): Promise<DoneRun> {
  const end = await wholeEnd(reader);
  if (end === undefined) throw new Error(`run ${reader.id} ended as ${reader.run.status}`);
  return { reader, end };
}

export const isUnderWay = ({ run }: RunReader): boolean => run.status === 'running' || run.status === 'paused';

const canGoOn = ({ run }: RunReader): boolean => run.status === 'stopped' || run.status === 'failed';

async function wholeEnd({ run, folder, lastEpoch }: RunReader): Promise<string | undefined> {
  const { status, config, stepsPerEpoch } = run;
  if (status !== 'finished' || lastEpoch?.epoch !== config.epochs) return undefined;
  const lastStep = config.epochs * stepsPerEpoch;
  return (await listCheckpoints(folder)).find(({ step }) => step === lastStep)?.path;
}
