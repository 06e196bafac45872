/** Seconds that the rate looks back. */
const WINDOW = 20;

export interface StepRate {
  /** Notes that so many steps have been done by now; a step that is lower than the last is a new beginning. */
  readonly note: (step: number) => void;
  /** Over the last seconds, evaluation included; NaN before anything is known. */
  readonly perSecond: () => number;
}

/** @param now monotonic milliseconds: a clock that is set back or a night asleep must not spoil the rate */
export function createStepRate(now: () => number): StepRate {
  let samples: { readonly step: number; readonly time: number }[] = [];
  return {
    note: (step) => {
      const time = now();
      const last = samples.at(-1);
      if (last !== undefined && step < last.step) samples = [];
      samples.push({ step, time });
      // The oldest one kept is the last that the window has left behind.
      const start = samples.findLastIndex((sample) => time - sample.time >= 1000 * WINDOW);
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
