/** Seconds that the rate looks back at least. */
const WINDOW = 20;

export interface StepRate {
  /** Notes that so many steps have been done by now; a step that is lower than the last is a new beginning. */
  readonly note: (step: number) => void;
  /** Evaluation included; NaN before anything is known. */
  readonly perSecond: () => number;
}

/**
 * The rate over the last seconds, and over a whole epoch where one takes longer: so many steps hold just one evaluation, wherever in
 * the epoch they begin. A shorter look would find no step at all after a long evaluation, and none of its time just before it.
 *
 * @param now monotonic milliseconds: a clock that is set back or a night asleep must not spoil the rate
 */
export function createStepRate(stepsPerEpoch: number, now: () => number): StepRate {
  let samples: { readonly step: number; readonly place: number; readonly time: number }[] = [];
  return {
    note: (step) => {
      const time = now();
      const last = samples.at(-1);
      if (last !== undefined && step < last.step) samples = [];
      // No new step: an evaluation has ended, which is half a step further on than the step before it.
      const place = step === last?.step ? step + 0.5 : step;
      samples.push({ step, place, time });
      // The oldest one kept is the last that the look has left behind.
      const start = samples.findLastIndex(
        (sample) => time - sample.time >= 1000 * WINDOW && place - sample.place >= stepsPerEpoch,
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
