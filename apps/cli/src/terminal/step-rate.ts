/** The window of the rate, in seconds, where an epoch takes less. */
const WINDOW = 20;

/** Measures how fast steps are made. */
interface StepRate {
  /** Notes that so many steps have been done by now. A step lower than the last one starts anew. */
  readonly note: (step: number) => void;
  /** Steps per second, evaluation included; NaN before two notes. */
  readonly perSecond: () => number;
}

/**
 * The rate over the last twenty seconds, or over a whole epoch where one takes longer: a window of one epoch's steps holds exactly one
 * evaluation, wherever it begins. A shorter window would hold no step at all after a long evaluation, and none of its time before it.
 *
 * @param now monotonic milliseconds
 */
export function createStepRate(stepsPerEpoch: number, now: () => number): StepRate {
  let samples: { readonly step: number; readonly position: number; readonly time: number }[] = [];
  return {
    note: (step) => {
      const time = now();
      const last = samples.at(-1);
      if (last !== undefined && step < last.step) samples = [];
      // No new step: an evaluation has ended, which counts as half a step.
      const position = step === last?.step ? step + 0.5 : step;
      samples.push({ step, position, time });
      // The oldest sample that is kept is the last one outside the window.
      const start = samples.findLastIndex(
        (sample) => time - sample.time >= 1000 * WINDOW && position - sample.position >= stepsPerEpoch,
      );
      if (start > 0) samples = samples.slice(start);
    },
    perSecond: () => {
      const [first] = samples;
      const last = samples.at(-1);
      if (first === undefined || last === undefined || last.time === first.time) return NaN;
      return (1000 * (last.step - first.step)) / (last.time - first.time);
    },
  };
}
