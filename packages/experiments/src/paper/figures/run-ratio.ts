import { relaxationSteps, windowRatio, type Interval, type StepSums } from '@fdr/core/relations';
import { bucketsOf, type RunRecords } from '@fdr/figures';

/** O_L / O_R at the end of a run at one learning rate, over the half-running window, with its interval from the run alone. */
export function runRatio({ run, epochs, steps }: RunRecords): Interval {
  const right = bucketsOf(steps, 'oR');
  const window = bucketsOf(steps, 'oL')
    .filter(({ start }) => start >= Math.floor(steps.steps / 2))
    .map((left): StepSums => ({
      steps: left.steps,
      left: completeSum(left),
      right: completeSum(right[left.start / steps.width]),
    }));
  return windowRatio(epochs.at(-1)?.ratio ?? NaN, window, relaxationSteps(run.config) ?? Infinity);
}

/** The sum of a bucket; NaN where one of its values is not finite. */
const completeSum = (bucket: ReturnType<typeof bucketsOf>[number] | undefined): number =>
  bucket && bucket.finite === bucket.steps ? bucket.sum : NaN;
