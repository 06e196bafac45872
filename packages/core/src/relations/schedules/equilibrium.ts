import { SCHEDULE_OPTIONS, type LearningRateReason, type ScheduleOptions } from '@fdr/records';
import { resolveOptions } from '../../validate.js';
import { inEquilibrium, ratioOf, slowest, type TwoSides } from '../equilibrium-rule.js';
import { formatNumber } from '../format.js';
import { isWithinNoise, noiseWarning, scatterClause } from '../within-noise.js';
import { epochWarnings, minimumWarnings, type TrainingHorizon } from './horizon.js';
import type { EpochEnd, Schedule } from './schedule.js';

/** Right after a drop the ratio is near 1 / (1 - Y). Less than this many thresholds from 1 the schedule may drop again at once. */
const LEAST_MARGIN = 3;

/**
 * The paper's adaptive schedule (section 3.3): at an epoch's end, if `|O_L / O_R - 1| < X`, then `eta <- (1 - Y) eta` and the
 * averages restart.
 *
 * The ratio of one window scatters. Where its standard error is above X, the reason says `within noise`, and the first such change is followed
 * by a warning; the decision stays the paper's.
 *
 * `balance: 'layers'` lets the slowest parameter tensor decide, so that the total's balance cannot hide the drift of one. `minimumSteps` and
 * `passes` require more evidence than the paper does.
 *
 * @param options see `SCHEDULE_OPTIONS.equilibrium` for ranges and defaults, which are the paper's.
 * @throws OptionError naming the option, its range and what was found.
 * @example equilibrium({ threshold: 0.1, decay: 0.3 }).settings['passes'] // 1
 */
export function equilibrium(options: Partial<ScheduleOptions<'equilibrium'>> = {}): Schedule {
  const settings = resolveOptions(SCHEDULE_OPTIONS.equilibrium, options);
  const { threshold, decay, balance, minimumSteps, passes: consecutivePasses, minimumLearningRate: minimum } = settings;
  return {
    settings: { kind: 'equilibrium', ...settings },
    needs: 'dynamics',
    begin: (horizon) => ({
      state: {},
      warnings: [
        ...marginWarnings(threshold, decay),
        ...minimumWarnings(minimum, horizon),
        ...epochWarnings(consecutivePasses, horizon, `a schedule of ${consecutivePasses} passes in a row`),
        ...stepWarnings(minimumSteps, horizon),
      ],
    }),
    decide: (state, end) => {
      const { learningRate, stepsUsed } = end;
      const warned = state['warned'] === undefined ? {} : { warned: 1 };
      const stay = { state: warned, learningRate, reason: null };
      const decisive = decisiveSides(balance, end);
      const holds = decisive && stepsUsed >= minimumSteps && inEquilibrium({ ...decisive.sides, stepsUsed }, threshold);
      if (!holds || learningRate <= minimum) return stay;
      // A rate that was set by hand since has restarted the averages, and the passes with them.
      const passed = 1 + (state['learningRate'] === learningRate ? (state['passed'] ?? 0) : 0);
      if (passed < consecutivePasses) return { ...stay, state: { ...warned, passed, learningRate } };
      const decision = {
        learningRate: Math.max((1 - decay) * learningRate, minimum),
        reason: reasonOf(decisive, threshold, stepsUsed),
      };
      const { scatter } = decisive;
      if (!isWithinNoise(threshold, scatter) || state['warned'] === 1) return { ...decision, state: warned };
      return { ...decision, state: { warned: 1 }, warning: noiseWarning(threshold, scatter, stepsUsed) };
    },
  };
}

/** The sides that decide, and the scatter of their ratio: those of the slowest layer, with its name, or of the total, without. */
interface DecisiveSides {
  readonly sides: TwoSides;
  readonly scatter: number | undefined;
  readonly name?: string | undefined;
}

function decisiveSides(balance: 'total' | 'layers', end: EpochEnd): DecisiveSides | undefined {
  if (balance === 'total') return { sides: end, scatter: end.scatter.total };
  const layer = slowest(end.layers);
  return layer && { ...layer, scatter: end.scatter.layers[layer.name] };
}

function reasonOf({ sides, scatter, name }: DecisiveSides, threshold: number, stepsUsed: number): LearningRateReason {
  const ratio = ratioOf(sides);
  const whose = name === undefined ? 'the ratio' : `the slowest ratio, of ${name},`;
  const steps = stepsUsed.toLocaleString('en');
  const message = `${whose} ${formatNumber(ratio, 5)} was within ${formatNumber(threshold)} of 1 over the last ${steps} steps`;
  return {
    rule: 'equilibrium',
    message: scatter === undefined ? message : `${message}${scatterClause(threshold, scatter)}`,
    ratio,
    threshold,
    stepsUsed,
    ...(scatter !== undefined && { scatter }),
    ...(name !== undefined && { layer: name }),
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

/** The averages are means of the later half: after t steps, over t/2 of them. */
function stepWarnings(minimumSteps: number, { epochs, stepsPerEpoch }: TrainingHorizon): string[] {
  const steps = epochs * stepsPerEpoch;
  if (2 * minimumSteps <= steps) return [];
  return [
    `averages over ${minimumSteps} steps need ${2 * minimumSteps} steps and there are ${steps}: ` +
      'the schedule will never lower the learning rate',
  ];
}
