import { bestEpoch, formatNumber, formatPercent } from '@fdr/core/relations';
import { comparisonPanels, type ComparedRun } from '@fdr/figures';
import type { Claim } from '@fdr/records';
import { verdictOf } from './claim.js';
import type { CompletedParts, CompletedRun } from './completed-run.js';
import type { PlannedFigure } from '../plan/plan.js';
import type { Variant } from '../plan/variants.js';
import type { DrawnFigure, TitledTable } from './drawn-figure.js';

/** Percentage points of test accuracy within which two variants are comparable. */
const COMPARABLE = 1;

/** How each variant is drawn, in the paper's colours. */
const STYLES: Readonly<Record<Variant, Omit<ComparedRun, 'records'>>> = {
  preset: { name: 'preset', color: 'black' },
  adaptive: { name: 'adaptive, X = 0.01, Y = 0.1', color: 'blue' },
  aggressive: { name: 'adaptive, X = 0.1, Y = 0.3', color: 'purple' },
  amsgrad: { name: 'AMSGrad', color: 'green' },
  adam: { name: 'Adam', color: 'orange' },
};

/** The completed run of a variant. */
interface VariantRun {
  readonly variant: Variant;
  readonly records: CompletedRun['records'];
}

/** The completed runs of some variants, in the order of the variants. */
const variantRuns = (runs: readonly CompletedRun[], variants: readonly Variant[]): VariantRun[] =>
  variants.flatMap((variant) =>
    runs.flatMap(({ role, records }) =>
      role.kind === 'comparison' && role.variant === variant ? [{ variant, records }] : [],
    ),
  );

/** Figure 4: preset and adaptive schedule and AMSGrad. */
export function drawComparison({ protocol }: PlannedFigure, { runs }: CompletedParts): DrawnFigure {
  const { everyEpochs } = protocol.comparison;
  return {
    title: `Figure 4: schedules compared, ${protocol.title}`,
    caption:
      `SGD without momentum with a preset schedule (the rate divided by 10 each ${everyEpochs} epochs) and with the adaptive one of ` +
      'section 3.3 (X = 0.01, Y = 0.1), and AMSGrad with its defaults, all from the same Xavier initialization.',
    ...drawVariants(runs, ['preset', 'adaptive', 'amsgrad']),
    claims: [
      comparable(runs),
      better(runs, 'adaptive', 'amsgrad', {
        statement: 'The adaptive schedule outperforms AMSGrad.',
        section: 'section 3.3, figure 4',
      }),
    ],
  };
}

/** Figure S1: Adam and AMSGrad. */
export function drawAdam({ protocol }: PlannedFigure, { runs }: CompletedParts): DrawnFigure {
  return {
    title: `Figure S1: Adam against AMSGrad, ${protocol.title}`,
    caption: 'Both with their defaults: learning rate 0.001, weights (0.9, 0.999), epsilon 1e-8.',
    ...drawVariants(runs, ['amsgrad', 'adam']),
    claims: [
      better(runs, 'amsgrad', 'adam', {
        statement: 'AMSGrad marginally outperforms Adam.',
        section: 'appendix C.1, figure S1',
      }),
    ],
  };
}

/** Figure S2: another choice of X and Y, from one initialization. */
export function drawAggressive({ protocol, id }: PlannedFigure, { runs }: CompletedParts): DrawnFigure {
  const compared = variantRuns(runs, ['adaptive']).length > 0;
  return {
    title: `Figure S2(${id.slice(-1)}): adaptive schedule with X = 0.1, Y = 0.3, ${protocol.title}`,
    caption:
      `As figure 4(${protocol.letter}), with scheduling hyperparameters that lower the learning rate sooner and by more. ` +
      `Part (a) begins as figure 4(${protocol.letter}) does, the others from other initializations.`,
    ...drawVariants(runs, ['preset', 'aggressive', 'amsgrad']),
    claims: compared ? [sooner(runs), degraded(runs)] : [],
  };
}

function drawVariants(
  runs: readonly CompletedRun[],
  variants: readonly Variant[],
): Pick<DrawnFigure, 'panels' | 'tables'> {
  const drawn = variantRuns(runs, variants);
  return {
    panels: (theme) =>
      comparisonPanels(
        drawn.map(({ variant, records }) => ({ ...STYLES[variant], records })),
        theme,
      ),
    tables: [finalTable(drawn)],
  };
}

const finalTable = (runs: readonly VariantRun[]): TitledTable => ({
  title: 'At the end',
  table: {
    columns: [
      'variant',
      'epochs',
      'learning rate',
      'changes of it',
      'training loss',
      'training accuracy',
      'test accuracy',
      'best',
    ],
    rows: runs.map(({ variant, records: { epochs, events } }) => {
      const last = epochs.at(-1);
      return [
        STYLES[variant].name,
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

/** The test accuracies of a variant at epochs' ends; none if it is not completed. */
const testAccuracies = (runs: readonly CompletedRun[], variant: Variant): number[] =>
  variantRuns(runs, [variant])
    .slice(0, 1)
    .flatMap(({ records }) => records.epochs.map(({ testAccuracy }) => testAccuracy));

const finalAccuracy = (runs: readonly CompletedRun[], variant: Variant): number =>
  testAccuracies(runs, variant).at(-1) ?? NaN;

function describeAccuracies(runs: readonly CompletedRun[], variants: readonly Variant[]): string {
  const texts = variants.map((variant) => `${STYLES[variant].name} ${formatPercent(finalAccuracy(runs, variant))}`);
  return `test accuracy after the last epoch: ${texts.join('; ')}`;
}

/** Whether a difference is above `least`; undefined if it is NaN. */
const above = (difference: number, least: number): boolean | undefined =>
  Number.isNaN(difference) ? undefined : difference > least;

/** Claim of section 3.3: the adaptive schedule attains accuracies comparable with the preset one. */
export function comparable(runs: readonly CompletedRun[]): Claim {
  const difference = 100 * (finalAccuracy(runs, 'adaptive') - finalAccuracy(runs, 'preset'));
  return {
    statement: 'The adaptive schedule attains accuracies comparable with the preset one at long time.',
    section: 'section 3.3, figure 4',
    test: `its test accuracy is at most ${COMPARABLE} percentage point below the preset one's after the last epoch`,
    measured: describeAccuracies(runs, ['adaptive', 'preset']),
    verdict: verdictOf(above(difference, -COMPARABLE)),
  };
}

/** A claim that one variant ends with a higher test accuracy than another. */
export function better(
  runs: readonly CompletedRun[],
  variant: Variant,
  other: Variant,
  { statement, section }: Pick<Claim, 'statement' | 'section'>,
): Claim {
  return {
    statement,
    section,
    test: 'its test accuracy is higher after the last epoch',
    measured: describeAccuracies(runs, [variant, other]),
    verdict: verdictOf(above(finalAccuracy(runs, variant) - finalAccuracy(runs, other), 0)),
  };
}

/** Claim of appendix C.2: the initial lag can be ameliorated. */
export function sooner(runs: readonly CompletedRun[]): Claim {
  const goal = 0.95 * finalAccuracy(runs, 'adaptive');
  const aggressive = epochsUntil(testAccuracies(runs, 'aggressive'), goal);
  const adaptive = epochsUntil(testAccuracies(runs, 'adaptive'), goal);
  const text = (epochs: number): string => (epochs === Infinity ? 'never' : `after ${epochs} epochs`);
  return {
    statement: 'The lag in initial accuracy gain can be ameliorated by X = 0.1 and Y = 0.3.',
    section: 'appendix C.2, figure S2(a)',
    test: 'it reaches 95 % of the final test accuracy of X = 0.01, Y = 0.1 in fewer epochs',
    measured: `${formatPercent(goal)} ${text(aggressive)} with X = 0.1, Y = 0.3; ${text(adaptive)} with X = 0.01, Y = 0.1`,
    verdict: verdictOf(Number.isFinite(goal) ? aggressive < adaptive : undefined),
  };
}

/** Epochs until an accuracy first reaches a goal; infinite if it never does. */
function epochsUntil(accuracies: readonly number[], goal: number): number {
  const index = accuracies.findIndex((accuracy) => accuracy >= goal);
  return index < 0 ? Infinity : index + 1;
}

/** Claim of appendix C.2: at the expense of generalization. */
export function degraded(runs: readonly CompletedRun[]): Claim {
  const difference = finalAccuracy(runs, 'adaptive') - finalAccuracy(runs, 'aggressive');
  const points = formatNumber(100 * difference, 3);
  return {
    statement: 'This is at the expense of generalization accuracy.',
    section: 'appendix C.2, figure S2(a)',
    test: 'the test accuracy after the last epoch is lower than with X = 0.01, Y = 0.1',
    measured: `${describeAccuracies(runs, ['aggressive', 'adaptive'])} (difference ${points} points)`,
    verdict: verdictOf(above(difference, 0)),
  };
}
