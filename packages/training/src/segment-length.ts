/** Seconds of training between two polls for commands: short enough that a command takes effect at once. */
const SEGMENT_SECONDS = 0.5;
const FIRST_SEGMENT_STEPS = 10;

/** How many steps a segment may have, so that it takes about half a second. */
export interface SegmentLength {
  steps(): number;
  /** Tells it how long the last segment took. */
  update(steps: number, seconds: number): void;
}

/** Starts short, and follows what is measured. */
export function segmentLength(): SegmentLength {
  let steps = FIRST_SEGMENT_STEPS;
  return {
    steps: () => steps,
    update: (done, seconds) => {
      const wanted = (done * SEGMENT_SECONDS) / Math.max(seconds, 1e-6);
      // The first segments are slower than the rest, so that one measurement may not raise the number more than fourfold.
      steps = Math.max(1, Math.round(Math.min(wanted, 4 * steps)));
    },
  };
}
