import { inRange } from '../../validate.js';
import { minimumWarnings, shortnessWarnings, type LoweringOptions } from './horizon.js';
import type { Schedule } from './schedule.js';

export interface StepScheduleOptions extends LoweringOptions {
  /** Epochs between two drops, a positive integer; the paper's 100 by default. */
  readonly everyEpochs?: number | undefined;
  /** What the learning rate is divided by, above 1; the paper's 10 by default. */
  readonly divisor?: number | undefined;
}

/**
 * The usual preset schedule: `eta <- eta / 10` each 100 epochs, counted from where the schedule began.
 *
 * @throws OptionError naming the option, its range and what was found.
 */
export function step(options: StepScheduleOptions = {}): Schedule {
  const everyEpochs = inRange('everyEpochs', options.everyEpochs ?? 100, { min: 1, integer: true });
  const divisor = inRange('divisor', options.divisor ?? 10, { above: 1 });
  const minimum = inRange('minimumLearningRate', options.minimumLearningRate ?? 0, { min: 0 });
  return {
    start: { epochs: 0 },
    decide: (state, { learningRate }) => {
      const epochs = (state['epochs'] ?? 0) + 1;
      return epochs % everyEpochs === 0 && learningRate > minimum
        ? {
            state: { epochs },
            learningRate: Math.max(learningRate / divisor, minimum),
            reason: { rule: 'step', everyEpochs },
          }
        : { state: { epochs }, learningRate, reason: null };
    },
    warnings: [
      ...minimumWarnings(options),
      // A drop at the end of the last epoch is one too many.
      ...shortnessWarnings(everyEpochs + 1, options, `a drop after ${everyEpochs}`),
    ],
  };
}
