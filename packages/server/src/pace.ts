import { performance } from 'node:perf_hooks';

/** The share of the thread's time that may be spent between two polls. */
const MAX_SHARE = 0.1;
/** By how much an interval may grow. */
const MAX_STRETCH = 8;

/**
 * How long to wait for the next poll: longer than usual where the thread is busy, as it is with many clients, so that these get larger
 * pieces less often, and a training beside it keeps its speed.
 *
 * @param interval milliseconds that are usual; the result is at most eight times as long
 * @param activeTime milliseconds that this thread's event loop has been busy so far
 * @returns a function of the milliseconds to wait, by how busy the thread was since its last call
 */
export function createPace(
  interval: number,
  activeTime: () => number = () => performance.eventLoopUtilization().active,
): () => number {
  let before = activeTime();
  return () => {
    const now = activeTime();
    const active = now - before;
    before = now;
    return Math.min(MAX_STRETCH * interval, Math.max(interval, active / MAX_SHARE));
  };
}
