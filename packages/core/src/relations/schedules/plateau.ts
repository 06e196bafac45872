import { SCHEDULE_OPTIONS, type ScheduleOptions } from '@fdr/records';
import { resolveOptions } from '../../validate.js';
import { formatNumber } from '../format.js';
import { epochWarnings, minimumWarnings } from './horizon.js';
import type { Schedule } from './schedule.js';

/** A smaller change of the learning rate is not made. */
const LEAST_CHANGE = 1e-8;

/**
 * Lowers the learning rate when the loss has stopped falling, with the rule and the numbers of PyTorch's ReduceLROnPlateau (`mode='min'`,
 * `threshold_mode='rel'`, no cooldown): an epoch is better if its loss is below `(1 - improvement)` times the best so far; after more
 * than `patience` epochs in a row that are not, `eta <- factor eta`, and the count restarts, the best being kept.
 *
 * The loss is the full-batch training loss at the epoch's end, L2 term included; test data has no part in training. A loss that is
 * not finite is ignored, where PyTorch counts it as not better.
 *
 * @param options see `SCHEDULE_OPTIONS.plateau` for ranges and defaults.
 * @throws OptionError naming the option, its range and what was found.
 * @example plateau({ patience: 3 }).settings['factor'] // 0.1
 */
export function plateau(options: Partial<ScheduleOptions<'plateau'>> = {}): Schedule {
  const settings = resolveOptions(SCHEDULE_OPTIONS.plateau, options);
  const { patience, factor, improvement, minimumLearningRate: minimum } = settings;
  return {
    settings: { kind: 'plateau', ...settings },
    begin: (horizon) => ({
      state: { worse: 0 },
      // One epoch sets the first best, and a drop at the end of the last one would come too late.
      warnings: [
        ...minimumWarnings(minimum, horizon),
        ...epochWarnings(patience + 3, horizon, `a patience of ${patience}`),
      ],
    }),
    decide: (state, { learningRate, trainLoss }) => {
      const best = state['best'];
      if (!Number.isFinite(trainLoss)) return { state, learningRate, reason: null };
      if (best === undefined || trainLoss < best * (1 - improvement))
        return { state: { best: trainLoss, worse: 0 }, learningRate, reason: null };
      const worse = (state['worse'] ?? 0) + 1;
      if (worse <= patience) return { state: { best, worse }, learningRate, reason: null };
      const next = Math.max(factor * learningRate, minimum);
      if (!(learningRate - next > LEAST_CHANGE)) return { state: { best, worse: 0 }, learningRate, reason: null };
      const message = `the training loss had not fallen below ${formatNumber(best)} for ${worse} epochs`;
      return {
        state: { best, worse: 0 },
        learningRate: next,
        reason: { rule: 'plateau', message, best, epochs: worse },
      };
    },
  };
}
