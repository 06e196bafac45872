import {
  formatInterval,
  formatNumber,
  interval,
  ratioInterval,
  type Interval,
  type SecondRelationRun,
} from '@fdr/core/relations';
import type { Claim } from '@fdr/records';
import { judged } from './claim.js';
import { rightSide, type CrossCheck } from './cross-check.js';
import type { TitledTable } from './drawn-figure.js';

/** <-v' . grad f> at one learning rate. */
export interface DescentPoint {
  readonly learningRate: number;
  readonly descent: Interval;
}

/** The learning rates at which every run has read its descent, rising. */
export function descentPoints(runs: readonly SecondRelationRun[]): readonly DescentPoint[] {
  const learningRates = [...new Set(runs.map(({ learningRate }) => learningRate))].sort((a, b) => a - b);
  return learningRates.flatMap((learningRate) => {
    const own = runs.filter((run) => run.learningRate === learningRate);
    const found = own.flatMap(({ descent }) => descent ?? []);
    return found.length === own.length ? [{ learningRate, descent: interval(found) }] : [];
  });
}

/**
 * The second relation with its left side for any sampling. None where no descent was read.
 *
 * @param tolerance relative distance between the two sides that counts as none
 * @param obstacle why the runs cannot decide, if they cannot
 */
export function descentClaims(
  runs: readonly SecondRelationRun[],
  { learningRate, momentum, products }: CrossCheck,
  tolerance: number,
  obstacle?: string,
): readonly Claim[] {
  const own = runs.filter((run) => run.learningRate === learningRate);
  const descents = own.flatMap(({ descent }) => (descent === undefined ? [] : (2 * descent) / learningRate));
  if (descents.length < own.length) return [];
  const name = rightSide(momentum);
  const [left, right] = [descents, products].map((values) => formatInterval(interval(values)));
  return [
    judged(
      {
        statement: `At small η the second relation holds for any sampling: 2 <−v′ · ∇f> / η is ${name}.`,
        section: 'beyond the paper, section 2.2',
        test: `at the smallest η their ratio is within ${100 * tolerance} % of 1, with its 95 % interval`,
        tolerance: { low: 1 - tolerance, high: 1 + tolerance },
      },
      [
        {
          quantity: `ratio at η = ${formatNumber(learningRate)} of 2 <−v′ · ∇f> / η = ${left} and ${name} = ${right}`,
          ...ratioInterval(descents, products),
          obstacle,
        },
      ],
    ),
  ];
}

/** The numbers of {@link descentPoints}; no table where there are none. */
export const descentTables = (points: readonly DescentPoint[]): readonly TitledTable[] =>
  points.length === 0
    ? []
    : [
        {
          title: '−v′ · ∇f at random steps',
          table: {
            columns: ['learning rate', '<−v′ · ∇f>', '95 % from', 'to'],
            rows: points.map(({ learningRate, descent: { mean, low, high } }) => [learningRate, mean, low, high]),
          },
        },
      ];
