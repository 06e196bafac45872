import type { Claim } from '@fdr/records';
import {
  formatNumber,
  interval,
  ratioInterval,
  type Interval,
  type SecondRelation,
  type SecondRelationRun,
} from '@fdr/core/relations';
import type { Table } from '@fdr/figures';
import { verdictOf } from '../claim.js';
import type { CompletedEstimate } from '../completed-run.js';

/** The right side of the second relation at the smallest learning rate, found in two ways that share nothing but the runs. */
export interface CrossCheck {
  readonly learningRate: number;
  readonly momentum: boolean;
  /** 2 <O_FB> / eta of each run. */
  readonly relation: readonly number[];
  /** <v' . H v'> (29) of each estimate, Tr(H C~) without momentum. */
  readonly products: readonly number[];
  /** The first over the second. */
  readonly ratio: Interval;
}

/** @param runs of all learning rates; @param estimates one or more */
export function crossCheck(
  runs: readonly SecondRelationRun[],
  estimates: readonly CompletedEstimate[],
  momentum: number,
): CrossCheck {
  const learningRate = Math.min(...runs.map((run) => run.learningRate));
  const relation = runs.filter((run) => run.learningRate === learningRate).map(({ oFB }) => (2 * oFB) / learningRate);
  const products = estimates.map(({ estimate }) => estimate.update.mean);
  return { learningRate, momentum: momentum > 0, relation, products, ratio: ratioInterval(relation, products) };
}

/** What (29) has on its right side: v' is the velocity after a step, the gradient itself where there is no momentum. */
const rightSide = (momentum: boolean): string => (momentum ? '<v′ · H v′>' : 'Tr(H C)');

/** Whether both ways find the same, within the uncertainty of both. */
export function sameCurvature({ learningRate, momentum, relation, products, ratio }: CrossCheck): Claim {
  const name = rightSide(momentum);
  const [left, right] = [interval(relation), interval(products)];
  const bounded = Number.isFinite(ratio.low) && Number.isFinite(ratio.high);
  return {
    statement: `At small η the second relation holds: 2 <O_FB> / η is ${name}.`,
    section: momentum ? 'appendix A, equation (29)' : 'section 2.2, equation (FDR2)',
    test:
      `at the smallest η the 95 % interval of 2 <O_FB> / η over an independent estimate of ${name}, from Hessian-vector products at points ` +
      'of the stationary state, contains 1',
    measured: `at η = ${formatNumber(learningRate)}: 2 <O_FB> / η = ${rangeText(left)}, ${name} = ${rangeText(right)}, their ratio ${rangeText(ratio)}`,
    // Of one sequence alone the uncertainty is not known.
    verdict: verdictOf(bounded ? ratio.low <= 1 && 1 <= ratio.high : undefined),
  };
}

function rangeText({ mean, low, high }: Interval): string {
  const bounded = Number.isFinite(low) && Number.isFinite(high);
  return `${formatNumber(mean)}${bounded ? ` (${formatNumber(low, 3)} to ${formatNumber(high, 3)})` : ' (uncertainty unknown)'}`;
}

/** The numbers of both ways, and those of each sequence. */
export function crossCheckTables(
  check: CrossCheck,
  { curvature }: SecondRelation,
  estimates: readonly CompletedEstimate[],
): readonly { readonly title: string; readonly table: Table }[] {
  const { momentum, learningRate } = check;
  const name = rightSide(momentum);
  const row = (quantity: string, { mean, low, high }: Interval) => [quantity, mean, low, high];
  const over = (of: (estimate: CompletedEstimate['estimate']) => number) =>
    interval(estimates.map(({ estimate }) => of(estimate)));
  const [first] = estimates;
  const method = first?.estimate.method === 'exact' ? 'exact second derivatives' : 'central differences of gradients';
  const pieces = momentum
    ? [
        row(
          '<v · H g>',
          over(({ cross }) => cross.mean),
        ),
        row(
          '<v · H v>',
          over(({ velocity }) => velocity.mean),
        ),
        row(
          `${name}, of these three`,
          over(({ update }) => update.mean),
        ),
      ]
    : [];
  return [
    {
      title: `Cross-check by Hessian-vector products at η = ${formatNumber(learningRate)}, ${method}`,
      table: {
        columns: ['quantity', 'value', '95 % from', 'to'],
        rows: [
          row(`${name} = 2 <O_FB> / η, by the second relation`, interval(check.relation)),
          row(
            'Tr(H C) = <g · H g>, by products',
            over(({ trace }) => trace.mean),
          ),
          ...pieces,
          row('the relation over the products', check.ratio),
          row(
            'Tr C = <|g|²>, at the same points',
            over(({ noiseTrace }) => noiseTrace.mean),
          ),
          row(`mean curvature ${momentum ? '<v′ · H v′> / <|v′|²>' : 'Tr(H C) / Tr C'}, by the relation`, curvature),
          row(
            'mean curvature Tr(H C) / Tr C, by products',
            over(({ meanCurvature }) => meanCurvature),
          ),
        ],
      },
    },
    {
      title: 'Points of each sequence; errors are from point to point',
      table: {
        columns: [
          'sequence',
          'points',
          'samples each',
          'Tr(H C)',
          'standard error',
          ...(momentum ? [name, 'its error'] : []),
        ],
        rows: estimates.map(({ sequence, estimate: { points, samples, trace, update } }) => [
          ...[sequence, points, samples, trace.mean, trace.standardError],
          ...(momentum ? [update.mean, update.standardError] : []),
        ]),
      },
    },
  ];
}
