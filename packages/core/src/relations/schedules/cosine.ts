import { inRange } from '../../validate.js';
import { minimumWarnings, type LoweringOptions } from './horizon.js';
import type { Schedule } from './schedule.js';

export interface CosineOptions extends LoweringOptions {
  /** E, epochs from the start of the curve to its end, a positive integer. */
  readonly epochs: number;
}

/**
 * Half a cosine from the first learning rate to the smallest (Loshchilov and Hutter 2017, without restarts): epoch `e + 1` of E runs at
 *
 *     eta_min + 1/2 (eta_0 - eta_min) (1 + cos(pi e / E)),   e = 0 .. E - 1
 *
 * so that the smallest itself would be reached after the last epoch. Each rate is made of the one before, as PyTorch's
 * CosineAnnealingLR does: a rate that is set by hand scales the rest of the curve.
 *
 * Every change restarts the half-running averages, so that under this schedule they are averages of single epochs.
 *
 * @throws OptionError naming the option, its range and what was found.
 */
export function cosine(options: CosineOptions): Schedule {
  const total = inRange('epochs', options.epochs, { min: 1, integer: true });
  const minimum = inRange('minimumLearningRate', options.minimumLearningRate ?? 0, { min: 0 });
  // 1 + cos(x) = 2 cos(x / 2)^2 keeps its digits where it is small.
  const height = (epochs: number): number => Math.cos((Math.PI * epochs) / (2 * total)) ** 2;
  return {
    start: { epochs: 0 },
    decide: (state, { learningRate }) => {
      const epochs = (state['epochs'] ?? 0) + 1;
      if (epochs >= total || learningRate <= minimum) return { state: { epochs }, learningRate, reason: null };
      return {
        state: { epochs },
        learningRate: minimum + ((learningRate - minimum) * height(epochs)) / height(epochs - 1),
        reason: { rule: 'cosine', epochs, ofEpochs: total },
      };
    },
    warnings: minimumWarnings(options),
  };
}
