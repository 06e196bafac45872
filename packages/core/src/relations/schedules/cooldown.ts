import { SCHEDULE_OPTIONS, type ScheduleOptions } from '@fdr/records';
import { resolveOptions } from '../../validate.js';
import { inEquilibrium, ratioOf } from '../equilibrium-rule.js';
import { formatNumber } from '../format.js';
import { scatterClause } from '../within-noise.js';
import { epochWarnings } from './horizon.js';
import { afterCooldownEpoch, withinCooldown } from './one-minus-sqrt.js';
import type { EpochEnd, Schedule } from './schedule.js';

const epochsText = (epochs: number): string => (epochs === 1 ? '1 epoch' : `${epochs} epochs`);

/**
 * Holds the learning rate until the training is stationary by the paper's rule (section 3.3), then lets it fall to zero: at the first epoch end
 * e with `|O_L / O_R - 1| < X` it begins to cool down over D epochs of M steps, step k = 0, 1, ... of which runs at
 *
 *     eta (1 - sqrt(k / (D M))),      D = max(1, round(e / 4))
 *
 * and then the training ends, for at a rate of zero nothing would change any more. The length of the training need not be known; if its epochs
 * are done before, the rate ends where it is. e counts the epochs since the schedule began.
 *
 * The averages are those of a constant rate until the cooldown begins. In it each epoch begins new ones, of a rate that moves, which tell of the
 * epoch and not of a stationary state; the schedule reads them no more. A rate that is set by hand is that of the epoch's beginning, and scales
 * the rest of a cooldown.
 *
 * @param options see `SCHEDULE_OPTIONS.cooldown` for ranges and defaults.
 * @throws OptionError naming the option, its range and what was found.
 * @example cooldown({ threshold: 0.05 }).settings // { kind: 'cooldown', threshold: 0.05 }
 */
export function cooldown(options: Partial<ScheduleOptions<'cooldown'>> = {}): Schedule {
  const settings = resolveOptions(SCHEDULE_OPTIONS.cooldown, options);
  return {
    settings: { kind: 'cooldown', ...settings },
    needs: 'dynamics',
    begin: (horizon) => ({
      state: { epochs: 0, total: horizon.epochs },
      warnings: epochWarnings(2, horizon, 'a cooldown after the first epoch'),
    }),
    decide: ({ epochs: before = 0, total = 1, span, cooled: cooledBefore = 0 }, end) => {
      const { learningRate } = end;
      const epochs = before + 1;
      if (span === undefined) {
        if (!inEquilibrium(end, settings.threshold)) return { state: { epochs, total }, learningRate, reason: null };
        const own = Math.max(1, Math.round(epochs / 4));
        return {
          state: { epochs, total, span: own, cooled: 0 },
          learningRate,
          reason: { ...beginning(end, settings.threshold, own, total - epochs), epochs: own },
        };
      }
      const cooled = cooledBefore + 1;
      const state = { epochs, total, span, cooled };
      if (cooled >= span) return { state, learningRate, reason: null };
      return {
        state,
        learningRate: afterCooldownEpoch(learningRate, cooled, span),
        reason: { rule: 'cooldown', message: `${cooled} of the cooldown's ${span} epochs had passed`, epochs: span },
      };
    },
    withinEpoch: ({ span, cooled = 0 }, part) => (span === undefined ? 1 : withinCooldown(cooled, span, part)),
    ended: ({ span, cooled = 0 }) =>
      span !== undefined && cooled >= span
        ? `the cooldown of ${epochsText(span)} is over: the learning rate is 0`
        : undefined,
  };
}

function beginning(end: EpochEnd, threshold: number, span: number, left: number) {
  const { stepsUsed } = end;
  const { total: scatter } = end.scatter;
  const ratio = ratioOf(end);
  const cut = left < span ? `, of which the training has ${left} left` : '';
  const message =
    `the ratio ${formatNumber(ratio, 5)} was within ${formatNumber(threshold)} of 1 over the last ` +
    `${stepsUsed.toLocaleString('en')} steps${scatter === undefined ? '' : scatterClause(threshold, scatter)}; a cooldown to 0 begins, over ${epochsText(span)}${cut}`;
  return { rule: 'cooldown', message, ratio, threshold, stepsUsed, ...(scatter !== undefined && { scatter }) };
}
