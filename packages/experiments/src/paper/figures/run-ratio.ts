import { relaxationSteps, windowRatio, type Interval, type StepSums } from '@fdr/core/relations';
import { bucketsOf, type RunRecords } from '@fdr/figures';

/** O_L / O_R at the end of a run at one learning rate, over the half-running window, with its interval from the run alone. */
export function runRatio({ run, epochs, steps }: RunRecords): Interval {
  const right = bucketsOf(steps, 'oR');
  const window = bucketsOf(steps, 'oL').flatMap((left, index): StepSums[] => {
    if (left.start < Math.floor(steps.steps / 2)) return [];
    const isComplete = left.finite === left.steps && right[index]?.finite === left.steps;
    return [{ steps: left.steps, left: left.sum, right: isComplete ? right[index].sum : NaN }];
  });
  return windowRatio(epochs.at(-1)?.ratio ?? NaN, window, relaxationSteps(run.config) ?? Infinity);
}
