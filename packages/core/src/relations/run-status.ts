import type { EpochRecord } from '@fdr/records';

/** The epoch of the highest test accuracy, the first of several; undefined where none is known. */
export function bestEpoch<Epoch extends Pick<EpochRecord, 'testAccuracy'>>(
  epochs: readonly Epoch[],
): Epoch | undefined {
  return epochs.reduce<Epoch | undefined>(
    (best, epoch) => (epoch.testAccuracy > (best?.testAccuracy ?? -Infinity) ? epoch : best),
    undefined,
  );
}
