import {
  formatInterval,
  formatNumber,
  interval,
  ratioInterval,
  type Interval,
  type SecondRelation,
  type SecondRelationRun,
} from '@fdr/core/relations';
import type { Claim } from '@fdr/records';
import { judged } from './claim.js';
import type { CompletedEstimate } from './completed-run.js';
import { biasTable, crossCheckBiases, type Bias } from './cross-check-biases.js';
import type { TitledTable } from './drawn-figure.js';
import { partsLeft, type EpochShape } from './shuffling.js';

/** The right side of the second relation at the smallest learning rate, measured in two ways that share nothing but the runs. */
export interface CrossCheck {
  readonly learningRate: number;
  /** Whether the runs have momentum. */
  readonly momentum: boolean;
  /** 2 <O_FB> / eta of each run. */
  readonly relation: readonly number[];
  /** <v' . H v'> (29) of each estimate; Tr(H C~) without momentum. */
  readonly products: readonly number[];
  /** Mean of `relation` over mean of `products`. */
  readonly ratio: Interval;
  /** What shuffling does to `relation`; undefined where mini-batches are independent. */
  readonly shuffling?: ShufflingEffect | undefined;
  /** What moves either side beside chance. */
  readonly biases: readonly Bias[];
}

/** What shuffling leaves of the second relation, as it is predicted. */
interface ShufflingEffect {
  /** Part of 2 <O_FB> / eta that is left, by each estimate's noise spectrum. */
  readonly left: readonly number[];
  /** Mean of `relation` over that of `products` times `left`: the ratio with independent mini-batches. */
  readonly ratio: Interval;
}

/**
 * Compares the second relation with Hessian-vector products.
 *
 * @param runs stationary runs at all learning rates; at least one
 * @param estimates curvature estimates at the smallest learning rate; at least one
 * @param shape mu, nu, steps and sampling of the runs
 */
export function crossCheck(
  runs: readonly SecondRelationRun[],
  estimates: readonly CompletedEstimate[],
  shape: EpochShape,
): CrossCheck {
  const learningRate = Math.min(...runs.map((run) => run.learningRate));
  const relation = runs.filter((run) => run.learningRate === learningRate).map(({ oFB }) => (2 * oFB) / learningRate);
  const products = estimates.map(({ estimate }) => estimate.update.mean);
  const left = partsLeft(learningRate, estimates, shape);
  const expected = left.map((part, index) => part * (products[index] ?? NaN));
  return {
    learningRate,
    momentum: shape.momentum > 0,
    relation,
    products,
    ratio: ratioInterval(relation, products),
    shuffling: shape.sampling === 'shuffle' ? { left, ratio: ratioInterval(relation, expected) } : undefined,
    biases: crossCheckBiases(learningRate, estimates, shape),
  };
}

/** The right side of (29), where v' is the velocity after a step; without momentum v' is minus the gradient: (FDR2). */
export const rightSide = (momentum: boolean): string => (momentum ? '<v′ · H v′>' : 'Tr(H C)');

/** What the right side is divided by for the mean curvature. */
export const noiseName = (momentum: boolean): string => (momentum ? '<|v′|²>' : 'Tr C');

/**
 * Claim of section 2.2 and appendix A: both ways give the same. The paper's mini-batches are independent; where those of the runs are shuffled, the
 * claim is about the relation over the part that shuffling leaves of it, as it is predicted.
 *
 * @param tolerance relative distance between the two that counts as none
 * @param obstacle why the runs cannot decide, if they cannot
 */
export function sameCurvature(check: CrossCheck, tolerance: number, obstacle?: string): Claim {
  const { learningRate, momentum, relation, products, ratio, shuffling } = check;
  const name = rightSide(momentum);
  const corrected = shuffling ? ', over the part of it that shuffling leaves (predicted),' : '';
  const values = `2 <O_FB> / η = ${formatInterval(interval(relation))} and ${name} = ${formatInterval(interval(products))}`;
  const parts = shuffling
    ? `, which is ${formatInterval(ratio)}, over the ${formatInterval(interval(shuffling.left))} that shuffling leaves (predicted)`
    : '';
  return judged(
    {
      statement: `At small η the second relation holds: 2 <O_FB> / η is ${name}.`,
      section: momentum ? 'appendix A, equation (29)' : 'section 2.2, equation (FDR2)',
      test:
        `at the smallest η 2 <O_FB> / η${corrected} is within ${100 * tolerance} % of an independent estimate of ${name}, from Hessian-vector ` +
        'products at points of the stationary state, with the 95 % interval of their ratio; other biases stand in a table',
      tolerance: { low: 1 - tolerance, high: 1 + tolerance },
    },
    [
      {
        quantity: `ratio at η = ${formatNumber(learningRate)} of ${values}${parts}`,
        ...(shuffling?.ratio ?? ratio),
        obstacle: obstacle ?? lossOf(shuffling),
      },
    ],
  );
}

/** Why shuffled runs say nothing of the relation; undefined if they do. With momentum shuffling may turn O_FB's sign. */
const lossOf = (shuffling: ShufflingEffect | undefined): string | undefined =>
  shuffling?.left.some((part) => part <= 0) ? 'shuffling is predicted to leave nothing of the relation' : undefined;

/**
 * The numbers behind {@link sameCurvature}: those of both ways, and those of each sequence.
 *
 * @param curvature the mean curvature by the second relation
 */
export const crossCheckTables = (
  check: CrossCheck,
  curvature: SecondRelation['curvature'],
  estimates: readonly CompletedEstimate[],
): readonly TitledTable[] => [
  quantityTable(check, curvature, estimates),
  sequenceTable(check, estimates),
  edgeTable(check, estimates),
  biasTable(check.biases),
];

function quantityTable(
  { momentum, learningRate, relation, ratio, shuffling }: CrossCheck,
  curvature: Interval,
  estimates: readonly CompletedEstimate[],
): TitledTable {
  const name = rightSide(momentum);
  const row = (quantity: string, { mean, low, high }: Interval): (string | number)[] => [quantity, mean, low, high];
  const estimated = (quantity: string, valueOf: (estimate: CompletedEstimate['estimate']) => number) =>
    row(quantity, interval(estimates.map(({ estimate }) => valueOf(estimate))));
  const terms = [
    estimated('<v · H g>', ({ cross }) => cross.mean),
    estimated('<v · H v>', ({ velocity }) => velocity.mean),
    estimated(`${name}, of these three`, ({ update }) => update.mean),
  ];
  const exact = estimates.every(({ estimate }) => estimate.method === 'exact');
  const method = exact ? 'exact second derivatives' : 'central differences of gradients';
  return {
    title: `Cross-check by Hessian-vector products at η = ${formatNumber(learningRate)}, ${method}`,
    table: {
      columns: ['quantity', 'value', '95 % from', 'to'],
      rows: [
        row(`${name} = 2 <O_FB> / η, by the second relation`, interval(relation)),
        estimated('Tr(H C) = <g · H g>, by products', ({ trace }) => trace.mean),
        ...(momentum ? terms : []),
        row('the relation over the products', ratio),
        ...(shuffling ? [row('that over the part that shuffling leaves (predicted)', shuffling.ratio)] : []),
        estimated('Tr C = <|g|²>, at the same points', ({ noiseTrace }) => noiseTrace.mean),
        row(`mean curvature ${name} / ${noiseName(momentum)}, by the relation`, curvature),
        estimated('mean curvature Tr(H C) / Tr C, by products', ({ meanCurvature }) => meanCurvature),
      ],
    },
  };
}

const sequenceTable = ({ momentum }: CrossCheck, estimates: readonly CompletedEstimate[]): TitledTable => ({
  title: 'Points of each sequence; errors are from point to point',
  table: {
    columns: [
      'sequence',
      'points',
      'samples each',
      'Tr(H C)',
      'standard error',
      ...(momentum ? [rightSide(momentum), 'its error'] : []),
    ],
    rows: estimates.map(({ sequence, estimate: { points, samples, trace, update } }) => [
      sequence,
      points,
      samples,
      trace.mean,
      trace.standardError,
      ...(momentum ? [update.mean, update.standardError] : []),
    ]),
  },
});

/** The curvatures that are set against 2 / eta: (FDR2), without momentum, puts GNI there, and the edge of stochastic stability the batch sharpness. */
const edgeTable = ({ learningRate }: CrossCheck, estimates: readonly CompletedEstimate[]): TitledTable => ({
  title: `Beside 2 / η = ${formatNumber(2 / learningRate)}, at the first point of each sequence`,
  table: {
    columns: ['sequence', 'GNI = <g · H g> / |∇f|²', 'batch sharpness', 'λ_max'],
    rows: estimates.map(({ sequence, estimate: { edge } }) => [
      sequence,
      edge.gradientNoiseInteraction,
      edge.batchSharpness,
      edge.largestCurvature,
    ]),
  },
});
