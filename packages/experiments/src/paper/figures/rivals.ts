import { formatPercent, interval, type Interval } from '@fdr/core/relations';
import { seedMeanPanels, type MeanPoint, type MeanRun, type RunRecords } from '@fdr/figures';
import { RIVAL_GROUPS, RIVALS } from '../plan/rivals.js';
import type { PlannedFigure } from '../plan/plan.js';
import { VARIANT_NAMES, type Variant } from '../plan/variants.js';
import { epochsUntil, rivalClaims } from './comparison-claims.js';
import type { CompletedParts, CompletedRun } from './completed-run.js';
import type { DrawnFigure, TitledTable } from './drawn-figure.js';
import { evaluated, finalAccuracy, finalMean, pairedInterval, runsBySeed, seedPairs } from './seeds.js';

/** What the learning rate of a variant follows. */
const ACTS_BY: Readonly<Partial<Record<Variant, string>>> = {
  adaptive: 'O_L = O_R, measured',
  halving: 'O_L = O_R, measured',
  stationary: 'a test of O_L = O_R',
  cooldown: 'O_L = O_R, measured, once',
  plateau: 'the training loss',
  preset: 'the clock',
  cosine: 'the end, known',
  linear: 'the end, known',
  wsd: 'the end, known',
};

/** Figure 5, ours: what somebody would choose today, beside the paper's rule. */
export function drawRivals({ protocol }: PlannedFigure, { runs }: CompletedParts): DrawnFigure {
  const drawn = RIVALS.filter((variant) => runsBySeed(runs, variant).size > 0);
  const missing = RIVALS.filter((variant) => !drawn.includes(variant)).map((variant) => VARIANT_NAMES[variant]);
  const ranked = drawn
    .map((variant) => ({ variant, accuracies: accuraciesOf(runs, variant) }))
    .sort((one, other) => interval(other.accuracies).mean - interval(one.accuracies).mean)
    .map(({ variant }) => variant);
  return {
    title: `Figure 5 (beyond the paper): schedules and optimizers of today, ${protocol.title}`,
    caption:
      'All from the same initializations, without momentum, with the defaults of fdr train where nothing is said. Means over seeds with 95 % ' +
      'intervals (Student); a run that has ended stays where it is; of averages and of Schedule-Free SGD the mean of the parameters is ' +
      `evaluated. ${standing(runs, ranked)} What the relations alone give is a reason to act: equilibrium is measured, at no known end and ` +
      'without a loss that has to stall.' +
      (missing.length === 0 ? '' : ` Without a run that was completed: ${missing.join('; ')}.`),
    panels: (theme) =>
      RIVAL_GROUPS.flatMap(({ title, variants }) => {
        const shown = [...new Set<Variant>(['adaptive', ...variants])].filter((variant) => drawn.includes(variant));
        return seedMeanPanels(
          title,
          shown.map((variant) => meanRun(runs, variant)),
          theme,
        );
      }),
    claims: rivalClaims(runs, protocol.comparison.tolerance),
    tables: [rankingTable(runs, ranked)],
  };
}

const recordsOf = (runs: readonly CompletedRun[], variant: Variant): RunRecords[] => [
  ...runsBySeed(runs, variant).values(),
];

const accuraciesOf = (runs: readonly CompletedRun[], variant: Variant): number[] =>
  recordsOf(runs, variant).map(finalAccuracy);

/** The curves of a variant, mean and interval over seeds. */
function meanRun(runs: readonly CompletedRun[], variant: Variant): MeanRun {
  const all = recordsOf(runs, variant);
  const length = Math.max(...all.map(({ epochs }) => epochs.length));
  const points = Array.from({ length }, (_, index): MeanPoint => {
    const reached = all.map(({ epochs }) => epochs.slice(0, index + 1)).filter((epochs) => epochs.length > 0);
    const ends = reached.flatMap((epochs) => epochs.slice(-1).map(evaluated));
    const seconds = reached.map((epochs) => epochs.reduce((sum, epoch) => sum + epoch.seconds, 0));
    return {
      epoch: index + 1,
      seconds: interval(seconds).mean,
      trainLoss: interval(ends.map(({ trainLoss }) => trainLoss)),
      testAccuracy: interval(ends.map(({ testAccuracy }) => testAccuracy)),
    };
  });
  // X is the same in all of them, and legends are short of room.
  return { name: VARIANT_NAMES[variant].replace('X = 0.01, ', ''), points };
}

/** How far a variant stays below the first of the ranking, in points, seed by seed. */
const below = (runs: readonly CompletedRun[], first: Variant, variant: Variant): Interval =>
  pairedInterval(seedPairs(runs, first, variant), (one, other) => 100 * (finalAccuracy(one) - finalAccuracy(other)));

/** Who has the highest accuracy, and who can't be told from it. */
function standing(runs: readonly CompletedRun[], ranked: readonly Variant[]): string {
  const [first, ...others] = ranked;
  if (first === undefined) return '';
  const { mean } = interval(accuraciesOf(runs, first));
  const highest = `The highest test accuracy in the end, ${formatPercent(mean)}, is that of ${VARIANT_NAMES[first]}`;
  const near = others.filter((variant) => below(runs, first, variant).low <= 0).map((name) => VARIANT_NAMES[name]);
  const words = near.length === 0 ? 'all others are below it for certain' : `not told from it: ${near.join('; ')}`;
  return `${highest}; ${words}.`;
}

function rankingTable(runs: readonly CompletedRun[], ranked: readonly Variant[]): TitledTable {
  const [first] = ranked;
  const goals = new Map([...runsBySeed(runs, 'adaptive')].map(([seed, records]) => [seed, finalAccuracy(records)]));
  return {
    title:
      'By the test accuracy in percent, mean of the last tenth of the epochs, over seeds; epochs until the final accuracy of X = 0.01, Y = 0.1, ' +
      'where a run that never reaches it counts as one epoch longer than it is',
    table: {
      columns: [
        'variant',
        'the rate follows',
        'seeds',
        'accuracy',
        '95 % from',
        'to',
        'points below the first',
        '95 % from',
        'to',
        'training loss',
        '95 % from',
        'to',
        'epochs until',
        'seconds',
      ],
      rows: ranked.map((variant) => {
        const own = [...runsBySeed(runs, variant)];
        const mean = (values: readonly number[]): number => interval(values).mean;
        return [
          VARIANT_NAMES[variant],
          ACTS_BY[variant] ?? 'nothing',
          own.length,
          ...ends(interval(own.map(([, records]) => 100 * finalAccuracy(records)))),
          ...(first === undefined || first === variant ? ['', '', ''] : ends(below(runs, first, variant))),
          ...ends(interval(own.map(([, records]) => finalMean(records, 'trainLoss')))),
          mean(own.map(([seed, records]) => epochsUntil(records, goals.get(seed) ?? NaN))),
          mean(own.map(([, { epochs }]) => epochs.reduce((sum, { seconds }) => sum + seconds, 0))),
        ];
      }),
    },
  };
}

const ends = ({ mean, low, high }: Interval): number[] => [mean, low, high];
