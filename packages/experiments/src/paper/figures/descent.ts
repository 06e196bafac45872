import { formatNumber, interval, ratioInterval, type Interval, type SecondRelationRun } from '@fdr/core/relations';
import type { Claim } from '@fdr/records';
import { rightSide, type CrossCheck } from './cross-check.js';
import type { TitledTable } from './drawn-figure.js';
import { rangeText, within } from './shuffling.js';

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

/** The second relation with its left side for any sampling: the whole 95 % interval of the ratio decides. None where no descent was read. */
export function descentClaims(
  runs: readonly SecondRelationRun[],
  { learningRate, momentum, products }: CrossCheck,
  tolerance: number,
): readonly Claim[] {
  const own = runs.filter((run) => run.learningRate === learningRate);
  const descents = own.flatMap(({ descent }) => (descent === undefined ? [] : (2 * descent) / learningRate));
  if (descents.length < own.length) return [];
  const name = rightSide(momentum);
  const ratio = ratioInterval(descents, products);
  return [
    {
      statement: `At small η the second relation holds for any sampling: 2 <−v′ · ∇f> / η is ${name}.`,
      section: 'beyond the paper, section 2.2',
      test: `at the smallest η the 95 % interval of their ratio lies within ${100 * tolerance} % of 1; it does not hold where that lies outside`,
      measured:
        `at η = ${formatNumber(learningRate)}: 2 <−v′ · ∇f> / η = ${rangeText(interval(descents))}, ${name} = ` +
        `${rangeText(interval(products))}, their ratio ${rangeText(ratio)}`,
      verdict: within(ratio, tolerance),
    },
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
