import { interval, type Interval } from '@fdr/core/relations';
import type { RunRecords } from '@fdr/figures';
import type { EpochRecord } from '@fdr/records';
import type { Variant } from '../plan/variants.js';
import type { CompletedRun } from './completed-run.js';

/** Part of a run's epochs, the last ones, over which its accuracy is averaged: one epoch's accuracy is as noisy as its last steps. */
const LAST_PART = 0.1;

/** The number of last epochs over which the accuracy of a run of some epochs is averaged; at least one. */
export const lastEpochs = (epochs: number): number => Math.max(1, Math.round(LAST_PART * epochs));

/** What a run's model reaches at an epoch's end: that of the average of the parameters, where one is kept. */
export const evaluated = ({ average, trainLoss, testAccuracy }: EpochRecord): Evaluation =>
  average ?? { trainLoss, testAccuracy };
/** See {@link evaluated}. */
export type Evaluation = Pick<EpochRecord, 'trainLoss' | 'testAccuracy'>;

/** The mean of a number over the last epochs of a run; NaN for a run without epochs. */
export function finalMean({ epochs }: Pick<RunRecords, 'epochs'>, name: keyof Evaluation): number {
  const last = epochs.slice(-lastEpochs(epochs.length));
  return last.reduce((sum, record) => sum + evaluated(record)[name], 0) / last.length;
}

/** The mean test accuracy over the last epochs of a run, a fraction of one; NaN for a run without epochs. */
export const finalAccuracy = (records: Pick<RunRecords, 'epochs'>): number => finalMean(records, 'testAccuracy');

/** The completed runs of a variant, by seed. */
export const runsBySeed = (runs: readonly CompletedRun[], variant: Variant): ReadonlyMap<number, RunRecords> =>
  new Map(
    runs.flatMap(({ role, records }): (readonly [number, RunRecords])[] =>
      role.kind === 'comparison' && role.variant === variant ? [[records.run.config.seed, records]] : [],
    ),
  );

/** The runs of two variants from one initialization. */
export interface SeedPair {
  readonly seed: number;
  readonly one: RunRecords;
  readonly other: RunRecords;
}

/** The runs of two variants, pair by pair: both of a pair have the same initialization and shuffling. */
export function seedPairs(runs: readonly CompletedRun[], variant: Variant, other: Variant): readonly SeedPair[] {
  const others = runsBySeed(runs, other);
  return [...runsBySeed(runs, variant)].flatMap(([seed, one]): SeedPair[] => {
    const partner = others.get(seed);
    return partner ? [{ seed, one, other: partner }] : [];
  });
}

/** The mean of a difference over the pairs, with its interval (Student over seeds); NaN and unbounded without a pair. */
export const pairedInterval = (
  pairs: readonly SeedPair[],
  difference: (one: RunRecords, other: RunRecords) => number,
): Interval =>
  pairs.length === 0
    ? { mean: NaN, low: -Infinity, high: Infinity }
    : interval(pairs.map(({ one, other }) => difference(one, other)));

/** `one seed`, `5 seeds`. */
export const seedsText = (count: number): string => (count === 1 ? 'one seed' : `${count} seeds`);
