import { createHash } from 'node:crypto';
import type { RunConfig } from '@fdr/records';

/** One piece of work that an experiment is made of. */
export type Job = RunJob | CurvatureJob;

interface AnyJob {
  /** Tells jobs apart: two with the same key give the same numbers. */
  readonly key: string;
  /** For people. */
  readonly name: string;
}

/** A training. */
export interface RunJob extends AnyJob {
  readonly kind: 'run';
  /** Complete, but for the checkpoint it starts from. */
  readonly config: RunConfig;
  /** Key of the job whose last parameters it starts from; new parameters where it is undefined. */
  readonly parent: string | undefined;
}

/** How much of a stationary state is looked at. */
export interface CurvatureSize {
  /** Of its points, an epoch apart. */
  readonly points: number;
  /** Pairs of mini-batches at each, if an epoch has as many. */
  readonly samples: number;
}

/** A look at the landscape, from where a training ended. */
export interface CurvatureJob extends AnyJob, CurvatureSize {
  readonly kind: 'curvature';
  /** Of that training. */
  readonly config: RunConfig;
  readonly parent: string;
  /** Of the mini-batches at the points. */
  readonly seed: number;
}

/** Raised whenever the same configuration comes to mean something else. */
const FORMAT = 1;

/**
 * A job and its key: a hash of what determines its numbers, which is its configuration and its parent's key. Threads do not:
 * they change its last bits at most.
 */
export function makeJob(name: string, config: RunConfig, parent?: RunJob): RunJob {
  const determining = Object.entries(config)
    .filter(([name]) => name !== 'threads' && name !== 'start')
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return { kind: 'run', key: keyOf([FORMAT, determining, parent?.key ?? null]), name, config, parent: parent?.key };
}

/** An estimate of where a run ends, and its key: a hash of the run's and of how the estimate is made. */
export function makeCurvatureJob(
  name: string,
  { key, config }: RunJob,
  size: CurvatureSize & Pick<CurvatureJob, 'seed'>,
): CurvatureJob {
  const { points, samples, seed } = size;
  const text = [FORMAT, 'estimate', points, samples, seed, key];
  return { kind: 'curvature', key: keyOf(text), name, config, parent: key, points, samples, seed };
}

const keyOf = (determining: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(determining)).digest('hex').slice(0, 16);

const TAG = 'job:';
/** The mark that a job's run carries. */
export const jobTag = (key: string): string => `${TAG}${key}`;
/** The key among a run's marks. */
export const jobKey = (tags: readonly string[]): string | undefined =>
  tags.find((tag) => tag.startsWith(TAG))?.slice(TAG.length);
