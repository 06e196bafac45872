import { createHash } from 'node:crypto';
import type { RunConfig } from '@fdr/records';

/** One run that an experiment is made of. */
export interface Job {
  /** Tells jobs apart: two with the same key give the same numbers. */
  readonly key: string;
  /** For people. */
  readonly name: string;
  /** Complete, but for the checkpoint it starts from. */
  readonly config: RunConfig;
  /** Key of the job whose last parameters it starts from; new parameters where it is undefined. */
  readonly parent: string | undefined;
}

/** Raised whenever the same configuration comes to mean something else. */
const FORMAT = 1;

/**
 * A job and its key: a hash of what determines its numbers, which is its configuration and its parent's key. Threads do not (same
 * bits for any number of them).
 */
export function makeJob(name: string, config: RunConfig, parent?: Job): Job {
  const determining = Object.entries(config)
    .filter(([name]) => name !== 'threads' && name !== 'start')
    .sort(([left], [right]) => (left < right ? -1 : 1));
  const text = JSON.stringify([FORMAT, determining, parent?.key ?? null]);
  const key = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return { key, name, config, parent: parent?.key };
}

const TAG = 'job:';
/** The mark that a job's run carries. */
export const jobTag = (key: string): string => `${TAG}${key}`;
/** The key among a run's marks. */
export const jobKey = (tags: readonly string[]): string | undefined =>
  tags.find((tag) => tag.startsWith(TAG))?.slice(TAG.length);
