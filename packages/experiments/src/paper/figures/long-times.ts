import { formatNumber, relaxationSteps } from '@fdr/core/relations';
import type { RunRecords } from '@fdr/figures';

/**
 * Why a run says nothing of long times: it is shorter than its relaxation time.
 *
 * @returns the reason in words; undefined where there is none, or the optimizer has no relaxation time
 */
export function shortness({ run, epochs }: Pick<RunRecords, 'run' | 'epochs'>): string | undefined {
  const { config, stepsPerEpoch } = run;
  const needed = (relaxationSteps(config) ?? 0) / stepsPerEpoch;
  if (epochs.length >= needed) return undefined;
  return (
    `the run at η = ${formatNumber(config.learningRate)} is shorter than its relaxation time ` +
    `(${epochs.length} of ${formatNumber(needed, 3)} epochs)`
  );
}

/** The reasons, by learning rate, why runs say nothing of long times. */
export type Shortness = ReadonlyMap<number, string>;

/** See {@link shortness}. */
export const shortnessByRate = (runs: readonly Pick<RunRecords, 'run' | 'epochs'>[]): Shortness =>
  new Map(
    runs.flatMap((records): (readonly [number, string])[] => {
      const reason = shortness(records);
      return reason === undefined ? [] : [[records.run.config.learningRate, reason]];
    }),
  );
