import type { Claim } from '@fdr/records';
import { formatNumber, formatPercent } from '@fdr/core/relations';
import { comparisonPanels, type ComparedRun } from '@fdr/figures';
import { verdictOf } from '../claim.js';
import type { CompletedRun } from '../completed-run.js';
import type { PlannedFigure } from '../plan.js';
import type { Variant } from '../variants.js';
import type { DrawnFigure } from './drawn-figure.js';

/** Percentage points of test accuracy within which two variants are comparable. */
const COMPARABLE = 1;

const LOOKS: Readonly<Record<Variant, Omit<ComparedRun, 'records'>>> = {
  preset: { name: 'preset', color: 'black' },
  adaptive: { name: 'adaptive, X = 0.01, Y = 0.1', color: 'blue' },
  aggressive: { name: 'adaptive, X = 0.1, Y = 0.3', color: 'purple' },
  amsgrad: { name: 'AMSGrad', color: 'green' },
  adam: { name: 'Adam', color: 'orange' },
};

const variantOf = ({ part }: CompletedRun): Variant => (part.kind === 'comparison' ? part.variant : 'preset');

/** Draws the variants asked for, in that order, of those that were made. */
function drawVariants(
  made: readonly CompletedRun[],
  variants: readonly Variant[],
): Pick<DrawnFigure, 'panels' | 'tables'> {
  const chosen = variants.flatMap((variant) => made.filter((run) => variantOf(run) === variant));
  return {
    panels: (theme) =>
      comparisonPanels(
        chosen.map((run) => ({ ...LOOKS[variantOf(run)], records: run.records })),
        theme,
      ),
    tables: [
      {
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
          rows: chosen.map((run) => {
            const { epochs, events } = run.records;
            const last = epochs.at(-1);
            return [
              ...[LOOKS[variantOf(run)].name, epochs.length, last?.learningRate ?? NaN],
              ...[events.filter(({ type }) => type === 'learningRate').length, last?.trainLoss ?? NaN],
              ...[formatPercent(last?.trainAccuracy ?? NaN), formatPercent(last?.testAccuracy ?? NaN)],
              formatPercent(Math.max(...epochs.map(({ testAccuracy }) => testAccuracy).filter(Number.isFinite))),
            ];
          }),
        },
      },
    ],
  };
}

/** Figure 4: preset and adaptive schedule and AMSGrad. */
export function drawComparison({ protocol }: PlannedFigure, made: readonly CompletedRun[]): DrawnFigure {
  const { everyEpochs } = protocol.comparison;
  return {
    title: `Figure 4: schedules compared, ${protocol.title}`,
    caption:
      `SGD without momentum with a preset schedule (the rate divided by 10 each ${everyEpochs} epochs) and with the adaptive one of ` +
      'section 3.3 (X = 0.01, Y = 0.1), and AMSGrad with its defaults, all from the same Xavier initialization.',
    ...drawVariants(made, ['preset', 'adaptive', 'amsgrad']),
    claims: [
      comparable(made, 'section 3.3, figure 4'),
      better(made, 'adaptive', 'amsgrad', {
        statement: 'The adaptive schedule outperforms AMSGrad.',
        section: 'section 3.3, figure 4',
      }),
    ],
  };
}

/** Figure S1: Adam and AMSGrad. */
export function drawAdam({ protocol }: PlannedFigure, made: readonly CompletedRun[]): DrawnFigure {
  return {
    title: `Figure S1: Adam against AMSGrad, ${protocol.title}`,
    caption: 'Both with their defaults: learning rate 0.001, weights (0.9, 0.999), epsilon 1e-8.',
    ...drawVariants(made, ['amsgrad', 'adam']),
    claims: [
      better(made, 'amsgrad', 'adam', {
        statement: 'AMSGrad marginally outperforms Adam.',
        section: 'appendix C.1, figure S1',
      }),
    ],
  };
}

/** Figure S2: another choice of X and Y, from one initialization. */
export function drawAggressive({ protocol, id }: PlannedFigure, made: readonly CompletedRun[]): DrawnFigure {
  return {
    title: `Figure S2(${id.slice(-1)}): adaptive schedule with X = 0.1, Y = 0.3, ${protocol.title}`,
    caption:
      'As figure 4(b), with scheduling hyperparameters that lower the learning rate sooner and by more. ' +
      'Part (a) begins as figure 4(b) does, the others from other initializations.',
    ...drawVariants(made, ['preset', 'aggressive', 'amsgrad']),
    claims: made.some((run) => variantOf(run) === 'adaptive') ? [sooner(made), degraded(made)] : [],
  };
}

const finalAccuracy = (made: readonly CompletedRun[], variant: Variant): number =>
  made.find((run) => variantOf(run) === variant)?.records.epochs.at(-1)?.testAccuracy ?? NaN;

function pairText(made: readonly CompletedRun[], variants: readonly Variant[]): string {
  const texts = variants.map((variant) => `${LOOKS[variant].name} ${formatPercent(finalAccuracy(made, variant))}`);
  return `test accuracy after the last epoch: ${texts.join('; ')}`;
}

/** Whether a difference is above `least`; undefined where there is none. */
const above = (difference: number, least: number): boolean | undefined =>
  Number.isNaN(difference) ? undefined : difference > least;

export function comparable(made: readonly CompletedRun[], section: string): Claim {
  const difference = 100 * (finalAccuracy(made, 'adaptive') - finalAccuracy(made, 'preset'));
  return {
    statement: 'The adaptive schedule attains accuracies comparable with the preset one at long time.',
    section,
    test: `its test accuracy is at most ${COMPARABLE} percentage point below the preset one's after the last epoch`,
    measured: pairText(made, ['adaptive', 'preset']),
    verdict: verdictOf(above(difference, -COMPARABLE)),
  };
}

export function better(
  made: readonly CompletedRun[],
  variant: Variant,
  other: Variant,
  { statement, section }: Pick<Claim, 'statement' | 'section'>,
): Claim {
  return {
    ...{ statement, section },
    test: 'its test accuracy is higher after the last epoch',
    measured: pairText(made, [variant, other]),
    verdict: verdictOf(above(finalAccuracy(made, variant) - finalAccuracy(made, other), 0)),
  };
}

/** Claim of appendix C.2: the initial lag can be ameliorated. */
export function sooner(made: readonly CompletedRun[]): Claim {
  const accuracies = (variant: Variant): number[] =>
    made.find((run) => variantOf(run) === variant)?.records.epochs.map(({ testAccuracy }) => testAccuracy) ?? [];
  const goal = 0.95 * Math.max(...accuracies('adaptive').slice(-1));
  const reached = (variant: Variant): number => {
    const index = accuracies(variant).findIndex((accuracy) => accuracy >= goal);
    return index < 0 ? Infinity : index + 1;
  };
  const [aggressive, slow] = [reached('aggressive'), reached('adaptive')];
  const text = (epochs: number): string => (epochs === Infinity ? 'never' : `after ${epochs} epochs`);
  return {
    statement: 'The lag in initial accuracy gain can be ameliorated by X = 0.1 and Y = 0.3.',
    section: 'appendix C.2, figure S2(a)',
    test: 'it reaches 95 % of the final test accuracy of X = 0.01, Y = 0.1 in fewer epochs',
    measured: `${formatPercent(goal)} ${text(aggressive)} with X = 0.1, Y = 0.3; ${text(slow)} with X = 0.01, Y = 0.1`,
    verdict: verdictOf(Number.isFinite(goal) ? aggressive < slow : undefined),
  };
}

/** Claim of appendix C.2: at the expense of generalization. */
export function degraded(made: readonly CompletedRun[]): Claim {
  const difference = finalAccuracy(made, 'adaptive') - finalAccuracy(made, 'aggressive');
  return {
    statement: 'This is at the expense of generalization accuracy.',
    section: 'appendix C.2, figure S2(a)',
    test: 'the test accuracy after the last epoch is lower than with X = 0.01, Y = 0.1',
    measured: `${pairText(made, ['aggressive', 'adaptive'])} (difference ${formatNumber(100 * difference, 3)} points)`,
    verdict: verdictOf(above(difference, 0)),
  };
}
