import { formatPercent } from '@fdr/core/relations';
import type { RunRecords } from '@fdr/figures';
import type { Claim } from '@fdr/records';
import { VARIANT_NAMES, type Variant } from '../plan/variants.js';
import { judged, type ClaimDefinition } from './claim.js';
import type { CompletedRun } from './completed-run.js';
import { shortness } from './long-times.js';
import { evaluated, finalAccuracy, pairedInterval, seedPairs, seedsText, type SeedPair } from './seeds.js';

/** A comparison that a claim makes of two variants. */
interface Comparison {
  readonly variant: Variant;
  readonly other: Variant;
  /** Least gain of `variant` over `other` in test accuracy for which the claim is true, in percentage points; it is not among them. */
  readonly least: number;
}

const ACCURACY = 'test accuracy, mean of the last tenth of the epochs';
const OVER_SEEDS = 'with the 95 % interval of the paired differences over seeds (Student)';

/** Claim of section 3.3: the adaptive schedule attains accuracies comparable with the preset one. @param tolerance in percentage points */
export const comparable = (runs: readonly CompletedRun[], tolerance: number): Claim =>
  compareAccuracies(
    runs,
    { variant: 'adaptive', other: 'preset', least: -tolerance },
    {
      statement: 'The adaptive schedule attains accuracies comparable with the preset one at long time.',
      section: 'section 3.3, figure 4',
      test: `its ${ACCURACY}, is less than ${tolerance} points below the preset one's, ${OVER_SEEDS}`,
    },
  );

/** Claim of section 3.3: by more than what is comparable. @param tolerance in percentage points */
export const outperforming = (runs: readonly CompletedRun[], tolerance: number): Claim =>
  compareAccuracies(
    runs,
    { variant: 'adaptive', other: 'amsgrad', least: tolerance },
    {
      statement: 'The adaptive schedule outperforms AMSGrad.',
      section: 'section 3.3, figure 4',
      test: `its ${ACCURACY}, is more than ${tolerance} points higher, ${OVER_SEEDS}`,
    },
  );

/** Claim of appendix C.1: marginally, that is by however little. */
export const marginallyBetter = (runs: readonly CompletedRun[]): Claim =>
  compareAccuracies(
    runs,
    { variant: 'amsgrad', other: 'adam', least: 0 },
    {
      statement: 'AMSGrad marginally outperforms Adam.',
      section: 'appendix C.1, figure S1',
      test: `its ${ACCURACY}, is higher, ${OVER_SEEDS}`,
    },
  );

/** Claim of appendix C.2: at the expense of generalization, by more than what is comparable. @param tolerance in percentage points */
export const degraded = (runs: readonly CompletedRun[], tolerance: number): Claim =>
  compareAccuracies(
    runs,
    { variant: 'adaptive', other: 'aggressive', least: tolerance },
    {
      statement: 'This is at the expense of generalization accuracy.',
      section: 'appendix C.2, figure S2(a)',
      test: `with X = 0.01, Y = 0.1 the ${ACCURACY}, is more than ${tolerance} points higher, ${OVER_SEEDS}`,
    },
  );

/** Claim of appendix C.2: the initial lag can be ameliorated. A run that never gets there counts as one epoch longer than it is. */
export function sooner(runs: readonly CompletedRun[]): Claim {
  return compareTimes(runs, 'aggressive', 0.95, {
    statement: 'The lag in initial accuracy gain can be ameliorated by X = 0.1 and Y = 0.3.',
    section: 'appendix C.2, figure S2(a)',
    test: `it reaches 95 % of the final test accuracy of X = 0.01, Y = 0.1 more than one epoch sooner, ${OVER_SEEDS}`,
  });
}

/**
 * A claim that a variant is sooner than the adaptive schedule at a part of the accuracy that the latter has in the end, by more than one epoch:
 * times are known to an epoch.
 */
function compareTimes(
  runs: readonly CompletedRun[],
  variant: Variant,
  part: number,
  words: Omit<ClaimDefinition, 'tolerance'>,
): Claim {
  const pairs = seedPairs(runs, 'adaptive', variant);
  const gain = (adaptive: RunRecords, other: RunRecords): number => {
    const goal = part * finalAccuracy(adaptive);
    return epochsUntil(adaptive, goal) - epochsUntil(other, goal);
  };
  return judged({ ...words, tolerance: { low: 1, high: Infinity } }, [
    {
      quantity: `epochs sooner, ${seedsText(pairs.length)}`,
      ...pairedInterval(pairs, gain),
      obstacle: obstacleOf(pairs),
    },
  ]);
}

const RIVAL_SECTION = 'beyond the paper, figure 5';

/** Claims of figure 5, ours. @param tolerance in percentage points */
export const rivalClaims = (runs: readonly CompletedRun[], tolerance: number): Claim[] => [
  compareAccuracies(
    runs,
    { variant: 'halving', other: 'adaptive', least: 0 },
    {
      statement: 'What the adaptive schedule lacks is larger drops: Y = 0.5 ends above Y = 0.1.',
      section: RIVAL_SECTION,
      test: `its ${ACCURACY}, is higher, ${OVER_SEEDS}`,
    },
  ),
  compareTimes(runs, 'schedule-free', 1, {
    statement: "Schedule-Free SGD reaches the adaptive schedule's final accuracy sooner.",
    section: RIVAL_SECTION,
    test: `it reaches the final test accuracy of X = 0.01, Y = 0.1 more than one epoch sooner, ${OVER_SEEDS}`,
  }),
  compareAccuracies(
    runs,
    { variant: 'adaptive', other: 'cosine', least: -tolerance },
    {
      statement: 'The adaptive schedule is comparable with a cosine that knows when training ends.',
      section: RIVAL_SECTION,
      test: `its ${ACCURACY}, is less than ${tolerance} points below the cosine's, ${OVER_SEEDS}`,
    },
  ),
  compareAccuracies(
    runs,
    { variant: 'cooldown', other: 'wsd', least: -tolerance },
    {
      statement:
        'A cooldown that begins when equilibrium is measured is comparable with one that knows when training ends.',
      section: RIVAL_SECTION,
      test: `its ${ACCURACY}, is less than ${tolerance} points below that of warmup-stable-decay, ${OVER_SEEDS}`,
    },
  ),
];

function compareAccuracies(
  runs: readonly CompletedRun[],
  { variant, other, least }: Comparison,
  words: Omit<ClaimDefinition, 'tolerance'>,
): Claim {
  const pairs = seedPairs(runs, variant, other);
  const points = (records: RunRecords): number => 100 * finalAccuracy(records);
  const percent = (side: 'one' | 'other'): string =>
    formatPercent(pairs.reduce((sum, pair) => sum + finalAccuracy(pair[side]), 0) / pairs.length);
  const values = `${percent('one')} and ${percent('other')}, ${seedsText(pairs.length)}`;
  return judged({ ...words, tolerance: { low: least, high: Infinity } }, [
    {
      quantity: `points by which ${VARIANT_NAMES[variant]} is above ${VARIANT_NAMES[other]} (${values})`,
      ...pairedInterval(pairs, (one, partner) => points(one) - points(partner)),
      obstacle: obstacleOf(pairs),
    },
  ]);
}

/** Why some pairs cannot decide about long times, whatever their differences are; undefined if they can. */
function obstacleOf(pairs: readonly SeedPair[]): string | undefined {
  if (pairs.length === 1) return 'one seed says nothing of how far seeds differ';
  return pairs.flatMap(({ seed, one, other }) => waiting(one, seed) ?? waiting(other, seed) ?? [])[0];
}

/** Why a run is not yet what a claim is about: it is shorter than its relaxation time, or its adaptive rule has not fired. */
function waiting(records: RunRecords, seed: number): string | undefined {
  const { run, events } = records;
  const reason = shortness(records);
  if (reason !== undefined) return reason;
  const { kind } = run.config.schedule;
  const hasFired = events.some((event) => event.type === 'learningRate' && event.reason.rule === kind);
  if (kind !== 'equilibrium' || hasFired) return undefined;
  return `the adaptive rule has not lowered the learning rate with seed ${seed}`;
}

/** Epochs until an accuracy first reaches a goal; one more than there are if it never does. */
export function epochsUntil({ epochs }: RunRecords, goal: number): number {
  const index = epochs.findIndex((record) => evaluated(record).testAccuracy >= goal);
  return index < 0 ? epochs.length + 1 : index + 1;
}
