import { bestEpoch, formatPercent, interval } from '@fdr/core/relations';
import { comparisonPanels, type ComparedRun } from '@fdr/figures';
import type { CompletedParts, CompletedRun } from './completed-run.js';
import type { PlannedFigure } from '../plan/plan.js';
import { VARIANT_NAMES, type Variant } from '../plan/variants.js';
import { comparable, degraded, marginallyBetter, outperforming, sooner } from './comparison-claims.js';
import type { DrawnFigure, TitledTable } from './drawn-figure.js';
import { finalAccuracy, runsBySeed } from './seeds.js';

/** The paper's colours. */
const COLORS: Readonly<Partial<Record<Variant, ComparedRun['color']>>> = {
  preset: 'black',
  adaptive: 'blue',
  aggressive: 'purple',
  amsgrad: 'green',
  adam: 'orange',
};

/** The completed run of a variant from one initialization. */
interface VariantRun {
  readonly variant: Variant;
  readonly seed: number;
  readonly records: CompletedRun['records'];
}

/** The completed runs of some variants, in the order of the variants. */
const variantRuns = (runs: readonly CompletedRun[], variants: readonly Variant[]): VariantRun[] =>
  variants.flatMap((variant) => [...runsBySeed(runs, variant)].map(([seed, records]) => ({ variant, seed, records })));

const SEEDS_CAPTION = ' The first initialization is drawn strongly, the others faintly.';

/** Figure 4: preset and adaptive schedule and AMSGrad. */
export function drawComparison({ protocol }: PlannedFigure, { runs }: CompletedParts): DrawnFigure {
  const { everyEpochs, seeds, tolerance } = protocol.comparison;
  return {
    title: `Figure 4: schedules compared, ${protocol.title}`,
    caption:
      `SGD without momentum with a preset schedule (the rate divided by 10 each ${everyEpochs} epochs) and with the adaptive one of ` +
      'section 3.3 (X = 0.01, Y = 0.1), and AMSGrad with its defaults, all from the same Xavier initializations.' +
      (seeds > 1 ? SEEDS_CAPTION : ''),
    ...drawVariants(variantRuns(runs, ['preset', 'adaptive', 'amsgrad'])),
    claims: [comparable(runs, tolerance), outperforming(runs, tolerance)],
  };
}

/** Figure S1: Adam and AMSGrad. */
export function drawAdam({ protocol }: PlannedFigure, { runs }: CompletedParts): DrawnFigure {
  return {
    title: `Figure S1: Adam against AMSGrad, ${protocol.title}`,
    caption:
      'Both with their defaults: learning rate 0.001, weights (0.9, 0.999), epsilon 1e-8.' +
      (protocol.comparison.seeds > 1 ? SEEDS_CAPTION : ''),
    ...drawVariants(variantRuns(runs, ['amsgrad', 'adam'])),
    claims: [marginallyBetter(runs)],
  };
}

/** Figure S2: another choice of X and Y, each part from one initialization. The claims of part (a) compare several. */
export function drawAggressive({ protocol, id }: PlannedFigure, { runs }: CompletedParts): DrawnFigure {
  const compared = runsBySeed(runs, 'adaptive').size > 0;
  const [drawnSeed] = runsBySeed(runs, 'aggressive').keys();
  const drawn = variantRuns(runs, ['preset', 'aggressive', 'amsgrad']).filter(({ seed }) => seed === drawnSeed);
  const { tolerance } = protocol.comparison;
  return {
    title: `Figure S2(${id.slice(-1)}): adaptive schedule with X = 0.1, Y = 0.3, ${protocol.title}`,
    caption:
      `As figure 4(${protocol.letter}), with scheduling hyperparameters that lower the learning rate sooner and by more. ` +
      `Part (a) begins as figure 4(${protocol.letter}) does, the others from other initializations.`,
    ...drawVariants(drawn),
    claims: compared ? [sooner(runs), degraded(runs, tolerance)] : [],
  };
}

function drawVariants(drawn: readonly VariantRun[]): Pick<DrawnFigure, 'panels' | 'tables'> {
  const first = drawn[0]?.seed;
  const compared = drawn.map(({ variant, seed, records }): ComparedRun => {
    const name = VARIANT_NAMES[variant];
    const isRepeat = seed !== first;
    return { name: isRepeat ? `${name}, seed ${seed}` : name, color: COLORS[variant] ?? 'slate', records, isRepeat };
  });
  return { panels: (theme) => comparisonPanels(compared, theme), tables: [accuracyTable(drawn), finalTable(drawn)] };
}

const accuracyTable = (runs: readonly VariantRun[]): TitledTable => ({
  title: 'Test accuracy in percent, mean of the last tenth of the epochs, over seeds',
  table: {
    columns: ['variant', 'seeds', 'mean', '95 % from', 'to'],
    rows: [...new Set(runs.map(({ variant }) => variant))].map((variant) => {
      const own = runs.filter((run) => run.variant === variant);
      const { mean, low, high } = interval(own.map(({ records }) => 100 * finalAccuracy(records)));
      return [VARIANT_NAMES[variant], own.length, mean, low, high];
    }),
  },
});

const finalTable = (runs: readonly VariantRun[]): TitledTable => ({
  title: 'After the last epoch',
  table: {
    columns: [
      'variant',
      'seed',
      'epochs',
      'learning rate',
      'changes of it',
      'training loss',
      'training accuracy',
      'test accuracy',
      'best',
    ],
    rows: runs.map(({ variant, seed, records: { epochs, events } }) => {
      const last = epochs.at(-1);
      return [
        VARIANT_NAMES[variant],
        seed,
        epochs.length,
        last?.learningRate ?? NaN,
        events.filter(({ type }) => type === 'learningRate').length,
        last?.trainLoss ?? NaN,
        formatPercent(last?.trainAccuracy ?? NaN),
        formatPercent(last?.testAccuracy ?? NaN),
        formatPercent(bestEpoch(epochs)?.testAccuracy ?? -Infinity),
      ];
    }),
  },
});
