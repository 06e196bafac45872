import { SCHEDULE_OPTIONS, type ScheduleOptions } from '@fdr/records';
import { resolveOptions } from '../../validate.js';
import { afterCooldownEpoch, withinCooldown } from './one-minus-sqrt.js';
import type { Schedule } from './schedule.js';

/**
 * Holds the learning rate, then lets it fall to zero over the last D of the E epochs that follow the schedule's beginning (warm-up, stable,
 * decay, without the warm-up; Haegele et al. 2024): after t of T = E M steps the rate is
 *
 *     eta                                  while t < T - D M
 *     eta (1 - sqrt((t - T + D M) / (D M)))    from there on,        D = max(1, round(f E))
 *
 * While the rate is held the half-running averages grow as with `constant`; in the last D epochs each epoch begins new ones, of a rate that
 * moves, which tell of the epoch and not of a stationary state. A rate that is set by hand is that of the epoch's beginning and scales the rest.
 *
 * @param options see `SCHEDULE_OPTIONS.wsd` for ranges and defaults.
 * @throws OptionError naming the option, its range and what was found.
 * @example wsd({ decayFraction: 0.1 }).settings // { kind: 'wsd', decayFraction: 0.1 }
 */
export function wsd(options: Partial<ScheduleOptions<'wsd'>> = {}): Schedule {
  const settings = resolveOptions(SCHEDULE_OPTIONS.wsd, options);
  const spanOf = (total: number): number => Math.max(1, Math.round(settings.decayFraction * total));
  return {
    settings: { kind: 'wsd', ...settings },
    begin: ({ epochs }) => ({ state: { epochs: 0, total: epochs }, warnings: [] }),
    decide: ({ epochs: before = 0, total = 1 }, { learningRate }) => {
      const epochs = before + 1;
      const state = { epochs, total };
      const span = spanOf(total);
      const cooled = epochs - (total - span);
      if (cooled < 0 || epochs >= total) return { state, learningRate, reason: null };
      return {
        state,
        learningRate: cooled === 0 ? learningRate : afterCooldownEpoch(learningRate, cooled, span),
        reason: {
          rule: 'wsd',
          message:
            cooled === 0
              ? `${epochs} of ${total} epochs had passed; in the rest it falls to 0`
              : `${epochs} of ${total} epochs had passed`,
          epochs,
          ofEpochs: total,
        },
      };
    },
    withinEpoch: ({ epochs = 0, total = 1 }, part) => {
      const span = spanOf(total);
      const cooled = epochs - (total - span);
      return cooled < 0 ? 1 : withinCooldown(cooled, span, part);
    },
    ended: ({ epochs = 0, total = 1 }) => (epochs >= total ? 'the learning rate has come down to 0' : undefined),
  };
}
