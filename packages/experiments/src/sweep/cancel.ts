import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { activeLockHolder, errorCode } from '@fdr/run-store';
import { cancelSlurm } from '../executors/slurm/slurm.js';
import { runsFolder } from '../job-index.js';
import { runIdOf } from '../job.js';
import { sweepStatus } from './status.js';

/**
 * Ends a sweep wherever it runs: its driver and the jobs on this machine, and what Slurm has of it. Each saves itself first, and the same sweep goes
 * on when it is started again.
 *
 * @returns how many processes of this machine were asked to end
 * @throws ExperimentError if the folder holds no sweep, or Slurm refuses
 */
export async function cancelSweep(out: string): Promise<number> {
  const { jobs, states } = await sweepStatus(out);
  // The driver first, so that it starts nothing new.
  let ended = (await endHolder(out)) ? 1 : 0;
  if (await exists(join(out, 'slurm'))) await cancelSlurm(out);
  for (const job of jobs)
    if (
      job.kind === 'run' &&
      states.get(job.key) === 'running' &&
      (await endHolder(join(runsFolder(out), runIdOf(job))))
    )
      ended += 1;
  return ended;
}

/** Asks the process of this machine that writes a folder to end. */
async function endHolder(folder: string): Promise<boolean> {
  const holder = await activeLockHolder(folder);
  if (holder?.host !== hostname()) return false;
  try {
    return process.kill(holder.pid, 'SIGTERM');
  } catch (error) {
    // It has ended meanwhile.
    if (errorCode(error) === 'ESRCH') return false;
    throw error;
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
