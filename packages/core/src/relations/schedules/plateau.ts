import { inRange } from '../../validate.js';
import { minimumWarnings, shortnessWarnings, type LoweringOptions } from './horizon.js';
import type { Schedule } from './schedule.js';

export interface PlateauOptions extends LoweringOptions {
  /** Epochs without a better loss that are borne, an integer of at least 0; 10 by default. */
  readonly patience?: number | undefined;
  /** What the learning rate is multiplied by, in (0, 1); 0.1 by default. */
  readonly factor?: number | undefined;
  /** By what part of itself the best loss must be beaten to count, in [0, 1); 1e-4 by default. */
  readonly improvement?: number | undefined;
}

/** A smaller change of the learning rate is not made. */
const LEAST_CHANGE = 1e-8;

/**
 * Waits for the loss to stop falling, with the rule and the numbers of PyTorch's ReduceLROnPlateau (`mode='min'`,
 * `threshold_mode='rel'`, no cooldown): an epoch is better if its loss is below `(1 - improvement)` times the best so far; after more
 * than `patience` epochs in a row that are not, `eta <- factor eta`, and the counting begins again, the best being kept.
 *
 * What is watched is the full-batch training loss at the epoch's end, L2 term included (PyTorch watches whatever it is given; test
 * data has no part in training here). A loss that is not finite decides nothing, where PyTorch counts it as not better.
 *
 * @throws OptionError naming the option, its range and what was found.
 */
export function plateau(options: PlateauOptions = {}): Schedule {
  const patience = inRange('patience', options.patience ?? 10, { min: 0, integer: true });
  const factor = inRange('factor', options.factor ?? 0.1, { above: 0, below: 1 });
  const improvement = inRange('improvement', options.improvement ?? 1e-4, { min: 0, below: 1 });
  const minimum = inRange('minimumLearningRate', options.minimumLearningRate ?? 0, { min: 0 });
  return {
    start: { worse: 0 },
    decide: (state, { learningRate, trainLoss }) => {
      const stay = { learningRate, reason: null };
      if (!Number.isFinite(trainLoss)) return { ...stay, state };
      const best = state['best'];
      if (best === undefined || trainLoss < best * (1 - improvement))
        return { ...stay, state: { best: trainLoss, worse: 0 } };
      const worse = (state['worse'] ?? 0) + 1;
      if (worse <= patience) return { ...stay, state: { best, worse } };
      const next = Math.max(factor * learningRate, minimum);
      if (!(learningRate - next > LEAST_CHANGE)) return { ...stay, state: { best, worse: 0 } };
      return {
        state: { best, worse: 0 },
        learningRate: next,
        reason: { rule: 'plateau', best, epochs: worse },
      };
    },
    warnings: [
      ...minimumWarnings(options),
      // One epoch sets the first best, and a drop at the end of the last one is one too many.
      ...shortnessWarnings(patience + 3, options, `a patience of ${patience}`),
    ],
  };
}
