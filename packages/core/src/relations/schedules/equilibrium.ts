import { inEquilibrium, ratioOf, slowest } from '../equilibrium-rule.js';
import { inRange, oneOf } from '../../validate.js';
import { minimumWarnings, shortnessWarnings, type LoweringOptions } from './horizon.js';
import type { EpochEnd, Schedule } from './schedule.js';

/** Which balance has to be within X: the total, as in the paper, or that of every parameter tensor. */
export type JudgedBalance = 'total' | 'layers';

/** What is not given is the paper's rule. */
export interface EquilibriumOptions extends LoweringOptions {
  /** X, in (0, 1). */
  readonly threshold: number;
  /** Y, in (0, 1). */
  readonly decay: number;
  /** `layers`: the slowest parameter tensor decides, so that a balance of the total can't hide a drift of one; `total` by default. */
  readonly balance?: JudgedBalance | undefined;
  /** The averages must be means of at least so many steps; 0 by default, but never fewer than two. */
  readonly minimumSteps?: number | undefined;
  /** At so many epochs' ends in a row the rule must hold; 1 by default. */
  readonly passes?: number | undefined;
}

/** Right after a drop the ratio stands near 1 / (1 - Y); below this many thresholds away from 1 it may drop again at once. */
const LEAST_MARGIN = 3;

/**
 * The paper's adaptive schedule (section 3.3): at an epoch's end, if `|O_L / O_R - 1| < X`, then `eta <- (1 - Y) eta` and the
 * averages restart.
 *
 * @throws OptionError naming the option, its range and what was found.
 */
export function equilibrium(options: EquilibriumOptions): Schedule {
  const threshold = inRange('threshold', options.threshold, { above: 0, below: 1 });
  const decay = inRange('decay', options.decay, { above: 0, below: 1 });
  const minimumSteps = inRange('minimumSteps', options.minimumSteps ?? 0, { min: 0, integer: true });
  const passes = inRange('passes', options.passes ?? 1, { min: 1, integer: true });
  const minimum = inRange('minimumLearningRate', options.minimumLearningRate ?? 0, { min: 0 });
  const balance = oneOf('balance', options.balance ?? 'total', ['total', 'layers'] as const);
  const judged = (end: EpochEnd) => (balance === 'total' ? { sides: end } : slowest(end.layers));
  return {
    start: {},
    decide: (state, end) => {
      const { learningRate, stepsUsed } = end;
      const stay = { state: {}, learningRate, reason: null };
      const found = judged(end);
      const holds = found && stepsUsed >= minimumSteps && inEquilibrium({ ...found.sides, stepsUsed }, threshold);
      if (!holds || learningRate <= minimum) return stay;
      // A rate that was set by hand since has restarted the averages, and the passes with them.
      const passed = 1 + (state['learningRate'] === learningRate ? (state['passed'] ?? 0) : 0);
      if (passed < passes) return { ...stay, state: { passed, learningRate } };
      const layer = 'name' in found ? { layer: found.name } : {};
      return {
        state: {},
        learningRate: Math.max((1 - decay) * learningRate, minimum),
        reason: { rule: 'equilibrium', ratio: ratioOf(found.sides), threshold, stepsUsed, ...layer },
      };
    },
    warnings: [
      ...marginWarnings(threshold, decay),
      ...minimumWarnings(options),
      ...shortnessWarnings(passes, options, `${passes} passes in a row`),
      ...stepsWarnings(minimumSteps, options),
    ],
  };
}

function marginWarnings(threshold: number, decay: number): string[] {
  const jump = decay / (1 - decay);
  if (jump >= LEAST_MARGIN * threshold) return [];
  return [
    `decay ${decay} moves the ratio by only about ${jump.toPrecision(2)} at each drop, which is not well above the ` +
      `threshold ${threshold}: the schedule may drop again before anything has relaxed`,
  ];
}

/** The averages are means of the later half: after t steps, of t/2. */
function stepsWarnings(minimumSteps: number, { course }: LoweringOptions): string[] {
  if (!course || 2 * minimumSteps <= course.epochs * course.stepsPerEpoch) return [];
  return [
    `averages over ${minimumSteps} steps need ${2 * minimumSteps} steps and there are ${course.epochs * course.stepsPerEpoch}: ` +
      'the schedule will never lower the learning rate',
  ];
}
