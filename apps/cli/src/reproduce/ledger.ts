import { join } from 'node:path';
import { checkpointSteps } from '../run-folder/checkpoint.js';
import { listRuns } from '../run-folder/list.js';
import type { RunReader } from '../run-folder/reader.js';
import { CHECKPOINTS_FOLDER } from '../run-folder/writer.js';
import { jobKey } from './job.js';

/** A job that is done. */
export interface DoneJob {
  readonly reader: RunReader;
  /** Path of its last checkpoint. */
  readonly end: string;
}

export interface Ledger {
  /** What is done already, by job key. A run that was stopped, failed or lacks its end is not. */
  readonly done: ReadonlyMap<string, DoneJob>;
  /** Runs that another process is still making, by job key: their driver was killed, they were not. */
  readonly underWay: ReadonlyMap<string, RunReader>;
}

/** Looks through the runs of a folder for jobs, once. */
export async function readLedger(runsDirectory: string): Promise<Ledger> {
  const done = new Map<string, DoneJob>();
  const underWay = new Map<string, RunReader>();
  for (const reader of (await listRuns(runsDirectory)).runs) {
    const key = jobKey(reader.run.tags);
    if (key === undefined) continue;
    const end = await wholeEnd(reader);
    if (end !== undefined) done.set(key, { reader, end });
    else if (isUnderWay(reader)) underWay.set(key, reader);
  }
  return { done, underWay };
}

/** @throws Error where the run is not whole */
export async function doneJob(reader: RunReader): Promise<DoneJob> {
  const end = await wholeEnd(reader);
  if (end === undefined) throw new Error(`run ${reader.id} ended as ${reader.run.status}`);
  return { reader, end };
}

export const isUnderWay = ({ run }: RunReader): boolean => run.status === 'running' || run.status === 'paused';

async function wholeEnd({ run, folder, lastEpoch }: RunReader): Promise<string | undefined> {
  const { status, config, stepsPerEpoch } = run;
  if (status !== 'finished' || lastEpoch?.epoch !== config.epochs) return undefined;
  const checkpoints = join(folder, CHECKPOINTS_FOLDER);
  const step = config.epochs * stepsPerEpoch;
  return (await checkpointSteps(checkpoints)).includes(step) ? join(checkpoints, `${step}.safetensors`) : undefined;
}
