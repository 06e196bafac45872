import { SCHEDULE_OPTIONS, type ScheduleOptions } from '@fdr/records';
import { resolveOptions } from '../../validate.js';
import { epochWarnings, minimumWarnings } from './horizon.js';
import type { Schedule } from './schedule.js';

/**
 * The usual preset schedule: `eta <- eta / divisor` each `everyEpochs` epochs, counted from where the schedule began. The paper's is 10
 * each 100 (section 3.3).
 *
 * @param options see `SCHEDULE_OPTIONS.step` for ranges and defaults.
 * @throws OptionError naming the option, its range and what was found.
 * @example step({ everyEpochs: 30 }).settings // { kind: 'step', everyEpochs: 30, divisor: 10, minimumLearningRate: 0 }
 */
export function step(options: Partial<ScheduleOptions<'step'>> = {}): Schedule {
  const settings = resolveOptions(SCHEDULE_OPTIONS.step, options);
  const { everyEpochs, divisor, minimumLearningRate: minimum } = settings;
  return {
    settings: { kind: 'step', ...settings },
    begin: (horizon) => ({
      state: { epochs: 0 },
      // A drop at the end of the last epoch would come one epoch too late.
      warnings: [
        ...minimumWarnings(minimum, horizon),
        ...epochWarnings(everyEpochs + 1, horizon, `a drop after ${everyEpochs} epochs`),
      ],
    }),
    decide: (state, { learningRate }) => {
      const epochs = (state['epochs'] ?? 0) + 1;
      if (epochs % everyEpochs !== 0 || learningRate <= minimum)
        return { state: { epochs }, learningRate, reason: null };
      return {
        state: { epochs },
        learningRate: Math.max(learningRate / divisor, minimum),
        reason: { rule: 'step', message: `${everyEpochs} epochs had passed`, everyEpochs },
      };
    },
  };
}
