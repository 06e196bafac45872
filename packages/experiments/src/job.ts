import { createHash } from 'node:crypto';
import type { RunConfig } from '@fdr/records';

/** One unit of an experiment's work: a training run, or a curvature estimate. */
export type Job = RunJob | CurvatureJob;

interface JobIdentity {
  /** Two jobs with the same key give the same numbers. */
  readonly key: string;
  /** Shown to people. */
  readonly name: string;
}

/** A training run. */
export interface RunJob extends JobIdentity {
  readonly kind: 'run';
  /** Complete, except for the checkpoint of the parent that the run starts from. */
  readonly config: RunConfig;
  /** Key of the job whose last parameters this run starts from; undefined if it starts from new parameters. */
  readonly parent: string | undefined;
}

/** The size of a curvature estimate. */
export interface CurvatureSize {
  /** Number of points, one epoch apart. */
  readonly points: number;
  /** Pairs of mini-batches at each point, and most iterations of Lanczos; an epoch with fewer mini-batches limits them. */
  readonly samples: number;
}

/** A curvature estimate in the stationary state at the end of a run. */
export interface CurvatureJob extends JobIdentity, CurvatureSize {
  readonly kind: 'curvature';
  /** Configuration of the run that reached the stationary state. */
  readonly config: RunConfig;
  /** Key of that run's job. */
  readonly parent: string;
  /** Seed of the mini-batches at the points. */
  readonly seed: number;
}

/** Must be raised whenever the meaning of an unchanged configuration changes. */
const FORMAT = 1;

/**
 * Makes a training job. Its key is a hash of everything that determines the run's numbers: the configuration and the parent's key. The
 * number of threads is left out, because it changes the last bits at most, and so is the path of the parent's checkpoint.
 *
 * @param name shown to people; not part of the key
 * @param config complete; of a job with a parent except for `start`
 * @param parent the job whose last parameters the run starts from
 * @returns the job; equal configurations and parents give equal keys, whatever the order of the fields
 */
export function makeJob(name: string, config: RunConfig, parent?: RunJob): RunJob {
  const determining = Object.entries(config)
    .filter(([field, value]) => value !== undefined && field !== 'threads' && (field !== 'start' || !parent))
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return { kind: 'run', key: keyOf([FORMAT, determining, parent?.key ?? null]), name, config, parent: parent?.key };
}

/**
 * Makes a curvature job. Its key is a hash of the run's key and the size and seed of the estimate.
 *
 * @param name shown to people; not part of the key
 * @param run the job whose run reaches the stationary state
 * @param size points, samples and the seed of the mini-batches
 * @returns the job, whose parent is the run
 */
export function makeCurvatureJob(
  name: string,
  run: RunJob,
  size: CurvatureSize & Pick<CurvatureJob, 'seed'>,
): CurvatureJob {
  const { points, samples, seed } = size;
  const key = keyOf([FORMAT, 'estimate', points, samples, seed, run.key]);
  return { kind: 'curvature', key, name, config: run.config, parent: run.key, points, samples, seed };
}

const keyOf = (determining: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(determining)).digest('hex').slice(0, 16);

/** The id of a job's run, and its folder's name: made of the configuration alone, so that a job finds its run whatever has died meanwhile. */
export const runIdOf = ({ config, key }: RunJob): string => `${config.model}-${key}`;
