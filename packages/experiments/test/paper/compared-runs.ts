import { defaultOptimizer, defaultSchedule } from '@fdr/training';
import type { CompletedRun } from '../../src/paper/figures/completed-run.js';
import type { Variant } from '../../src/paper/plan/variants.js';
import { completedRun } from './completed-records.js';

/** The settings that claims look at: eta = 0.1 with a weight decay of 1 has a relaxation time of half an epoch. */
const settingsOf = (variant: Variant) => {
  if (variant === 'amsgrad' || variant === 'adam')
    return { optimizer: defaultOptimizer(variant), schedule: defaultSchedule('constant'), learningRate: 1e-3 };
  const schedule = defaultSchedule(variant === 'preset' ? 'step' : 'equilibrium');
  return { optimizer: defaultOptimizer('sgd'), schedule, learningRate: 0.1 };
};

/**
 * The run of a variant from one initialization, whose adaptive rule has fired.
 *
 * @param testAccuracies at the epochs' ends, fractions of one
 */
export const comparedRun = (
  variant: Variant,
  seed: number,
  testAccuracies: readonly number[],
  {
    firedAt = [1],
    weightDecay = 1,
    rule,
  }: { firedAt?: readonly number[]; weightDecay?: number; rule?: string | undefined } = {},
): CompletedRun =>
  completedRun(
    { kind: 'comparison', variant },
    { ...settingsOf(variant), seed, weightDecay },
    testAccuracies.map((testAccuracy) => ({ testAccuracy })),
    { firedAt, rule },
  );

/** Runs of a variant from the initializations 1, 2, .., that end with these accuracies in percent. */
export const comparedRuns = (variant: Variant, ...percents: readonly number[]): CompletedRun[] =>
  percents.map((percent, index) => comparedRun(variant, index + 1, [0.1, percent / 100]));
