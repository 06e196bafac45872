import { SCHEDULE_OPTIONS, type ScheduleOptions } from '@fdr/records';
import { resolveOptions } from '../../validate.js';
import { minimumWarnings } from './horizon.js';
import type { Schedule } from './schedule.js';

/**
 * Half a cosine from the first learning rate to the minimum (Loshchilov and Hutter 2017, without restarts) over the E epochs that follow
 * the schedule's beginning: epoch `e + 1` runs at
 *
 *     eta_min + 1/2 (eta_0 - eta_min) (1 + cos(pi e / E)),   e = 0 .. E - 1
 *
 * so that the minimum would be reached after the last epoch. Each rate is computed from the one before, as by PyTorch's
 * CosineAnnealingLR: a rate that is set by hand scales the rest of the curve.
 *
 * Every change restarts the half-running averages, so that under this schedule they are averages of single epochs.
 *
 * @param options see `SCHEDULE_OPTIONS.cosine` for ranges and defaults.
 * @throws OptionError naming the option, its range and what was found.
 * @example cosine().settings // { kind: 'cosine', minimumLearningRate: 0 }
 */
export function cosine(options: Partial<ScheduleOptions<'cosine'>> = {}): Schedule {
  const settings = resolveOptions(SCHEDULE_OPTIONS.cosine, options);
  const minimum = settings.minimumLearningRate;
  // 1 + cos(x) = 2 cos(x / 2)^2 is accurate where it is small.
  const height = (epochs: number, total: number): number => Math.cos((Math.PI * epochs) / (2 * total)) ** 2;
  return {
    settings: { kind: 'cosine', ...settings },
    begin: (horizon) => ({
      state: { epochs: 0, total: horizon.epochs },
      warnings: minimumWarnings(minimum, horizon),
    }),
    decide: ({ epochs: before = 0, total = 1 }, { learningRate }) => {
      const epochs = before + 1;
      const state = { epochs, total };
      if (epochs >= total || learningRate <= minimum) return { state, learningRate, reason: null };
      return {
        state,
        learningRate: minimum + ((learningRate - minimum) * height(epochs, total)) / height(before, total),
        reason: { rule: 'cosine', message: `${epochs} of ${total} epochs had passed`, epochs, ofEpochs: total },
      };
    },
  };
}
