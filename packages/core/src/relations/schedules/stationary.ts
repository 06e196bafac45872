import { SCHEDULE_OPTIONS, type LearningRateReason, type ScheduleOptions } from '@fdr/records';
import { resolveOptions } from '../../validate.js';
import { driftGap, type DriftGap } from '../drift/drift-gap.js';
import { gapBound, spentBy } from '../drift/equivalence.js';
import { formatNumber } from '../format.js';
import { epochWarnings, minimumWarnings } from './horizon.js';
import type { DriftLook, EpochEnd, Schedule } from './schedule.js';

/** The first window ends after so many epochs. */
const FIRST_LOOK = 4;

/**
 * Lowers the learning rate when a test of equivalence says that the parameters have stopped drifting: `eta <- (1 - Y) eta` at the epoch's end at which a window
 * of distances has ended (after 4, 6, 8, 12, 16, 24, ... epochs at one rate) and
 *
 *     |gap| + t_(1 - alpha_k) error < delta,      alpha_k = alpha / (k (k + 1)) at look k
 *
 * with `driftGap`. It tests the opposite of stationarity: if the gap of each window were delta or more, the chance of any change at one rate would be at most
 * alpha, however long it lasts. A gap of delta means that delta of the noise ball's height is still to be gained, where the distance to theta_c is that to the
 * minimum. Directions much slower than the window hide from it: their centre moves along.
 *
 * `balance: 'layers'` asks each parameter tensor at the same alpha_k; all must pass, so that the chance that one which drifts by delta or more is
 * missed is alpha too, whatever their number (intersection-union test, Berger 1982).
 *
 * docs/stationarity.md has how often it was wrong, and how late, beside the other rules.
 *
 * @param options see `SCHEDULE_OPTIONS.stationary` for ranges and defaults.
 * @throws OptionError naming the option, its range and what was found.
 * @example stationary({ tolerance: 0.2 }).settings['significance'] // 0.05
 */
export function stationary(options: Partial<ScheduleOptions<'stationary'>> = {}): Schedule {
  const settings = resolveOptions(SCHEDULE_OPTIONS.stationary, options);
  const { tolerance, significance, decay, balance, minimumLearningRate: minimum } = settings;
  return {
    settings: { kind: 'stationary', ...settings },
    needs: 'drift',
    begin: (horizon) => ({
      state: {},
      warnings: [
        ...minimumWarnings(minimum, horizon),
        ...epochWarnings(FIRST_LOOK + 1, horizon, `a first window of ${FIRST_LOOK} epochs`),
      ],
    }),
    decide: (state, end) => {
      const { learningRate, drift } = end;
      const stay = { state, learningRate, reason: null };
      if (!drift || learningRate <= minimum) return stay;
      const { whole, slowest } = evidence(drift, end, significance);
      const decisive = balance === 'total' ? whole : slowest;
      if (!decisive?.gap || !(decisive.bound < tolerance)) return stay;
      const reason = {
        ...reasonOf(decisive.gap, balance === 'total' ? undefined : decisive.name, drift, settings),
        ...(slowest && { layer: slowest.name }),
      };
      return { state, learningRate: Math.max((1 - decay) * learningRate, minimum), reason };
    },
  };
}

/** What a window tells of the whole or of one parameter tensor. */
interface Evidence {
  readonly name: string;
  readonly gap: DriftGap | undefined;
  /** See {@link gapBound}. */
  readonly bound: number;
}

/** Of all parameters together, and of the tensor whose bound is the highest. */
function evidence(drift: DriftLook, end: EpochEnd, significance: number) {
  const { look, steps, distances } = drift;
  const seen = (name: string, means: readonly number[], right: number): Evidence => {
    const gap = driftGap(means, steps, right, drift);
    return { name, gap, bound: gapBound(gap, look, significance) };
  };
  const tensors = Object.entries(distances).map(([name, means]) => seen(name, means, end.layers[name]?.oRHalf ?? NaN));
  const [first = [], ...others] = Object.values(distances);
  const sums = others.reduce((sum, means) => sum.map((value, block) => value + (means[block] ?? NaN)), first);
  return {
    whole: seen('', sums, end.oRHalf),
    slowest: tensors.reduce<Evidence | undefined>(
      (worst, each) => (worst && worst.bound >= each.bound ? worst : each),
      undefined,
    ),
  };
}

function reasonOf(
  { gap, error }: DriftGap,
  layer: string | undefined,
  { look, steps }: DriftLook,
  { tolerance, significance }: { readonly tolerance: number; readonly significance: number },
): LearningRateReason {
  const spent = spentBy(look, significance);
  const whose = layer === undefined ? 'the gap' : `the widest gap, of ${layer},`;
  const message =
    `${whose} ${formatNumber(gap, 3)} ± ${formatNumber(error, 2)} was within ${formatNumber(tolerance)} of 0 over the last ` +
    `${steps.toLocaleString('en')} steps, at look ${look}, by which ${formatNumber(spent, 2)} of the error of ${formatNumber(significance)} is spent`;
  return { rule: 'stationary', message, gap, error, tolerance, look, spent, stepsUsed: steps };
}
