import { z } from 'zod';

/** Two, so that an older one is left if the newest one turns out to be damaged. */
const ROLLING_KEPT = 2;

/**
 * How long a checkpoint is kept. A permanent one stays. The best one stays until a better one is complete. A rolling one is there to resume
 * from if the process dies.
 */
export const retention = z.enum(['permanent', 'best', 'rolling']);
/** See `retention`. */
export type Retention = z.infer<typeof retention>;

/** A complete checkpoint of a run. */
export interface RetainedCheckpoint {
  readonly step: number;
  readonly retention: Retention;
  /** Whether a training can go on from it. */
  readonly finite: boolean;
}

/** What a checkpoint is kept as if another of the same step replaces it: the longer of the two. */
export function longerRetention(a: Retention, b: Retention): Retention {
  const [longer = a] = retention.options.filter((option) => option === a || option === b);
  return longer;
}

/**
 * The checkpoints that are no longer needed: all but the permanent ones, the newest best one, and those that are newer than the last
 * permanent one, of which two are enough. One with numbers that are not finite makes none obsolete.
 */
export function obsoleteCheckpoints(checkpoints: readonly RetainedCheckpoint[]): RetainedCheckpoint[] {
  const newestFirst = checkpoints.toSorted((a, b) => b.step - a.step);
  const best = newestFirst.find((one) => one.retention === 'best');
  const good = newestFirst.filter(({ finite }) => finite);
  const isSucceeded = ({ step }: RetainedCheckpoint): boolean => {
    const newer = good.filter((one) => one.step > step);
    return newer.length >= ROLLING_KEPT || newer.some((one) => one.retention === 'permanent');
  };
  return newestFirst.filter((one) => one.retention !== 'permanent' && one !== best && isSucceeded(one));
}
