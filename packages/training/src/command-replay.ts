import type { AppliedCommand } from '@fdr/records';

/** Commands that a training carries out again, each before the step before which it first did. */
export interface CommandReplay {
  /** The next one, if it is due at this point of the training; it is then done. */
  take(step: number, epoch: number): AppliedCommand | undefined;
  /** Steps that may be made before the next one is due; infinite if there is none. */
  stepsUntilNext(step: number): number;
  /** The step of the next one; undefined if all are done. */
  nextStep(): number | undefined;
}

/** @param commands in their order */
export function commandReplay(commands: readonly AppliedCommand[]): CommandReplay {
  const waiting = [...commands];
  return {
    take: (step, epoch) => {
      const [next] = waiting;
      // At an epoch's last step the epoch has to be recorded first.
      if (next === undefined || next.step > step || next.epoch > epoch) return undefined;
      return waiting.shift();
    },
    // One that was due before is carried out at the next occasion.
    stepsUntilNext: (step) => Math.max(1, (waiting[0]?.step ?? Infinity) - step),
    nextStep: () => waiting[0]?.step,
  };
}
