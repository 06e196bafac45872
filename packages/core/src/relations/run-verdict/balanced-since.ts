import type { EpochRecord, EventRecord } from '@fdr/records';
import { averagesBegan } from './averaging-window.js';
import { judgeBalance } from './balance-state.js';

/**
 * The first of the epochs up to the last one at all of whose ends the training was balanced, in total and in every layer, while the learning
 * rate stayed; undefined where the last one was not.
 *
 * @param epochs of one run, in order.
 * @param threshold X, in (0, 1).
 */
export function balancedSince(
  epochs: readonly EpochRecord[],
  events: readonly EventRecord[],
  threshold: number,
): number | undefined {
  const began = averagesBegan(events, epochs.at(-1)?.step ?? 0);
  const before = epochs.findLastIndex(
    (epoch) => epoch.step <= began || judgeBalance(epoch, threshold).state !== 'balanced',
  );
  return epochs[before + 1]?.epoch;
}
