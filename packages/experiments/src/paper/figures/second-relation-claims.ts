import {
  formatNumber,
  leastSquares,
  type Interval,
  type SecondRelation,
  type SecondRelationRun,
} from '@fdr/core/relations';
import type { Claim } from '@fdr/records';
import type { Landscape } from '../protocols/protocol.js';
import { judged, unbounded, type Measured } from './claim.js';
import type { Shortness } from './long-times.js';

/** Relative distance that counts as a departure, from the line and from what Hessian-vector products give. */
export const DEPARTURE = 0.1;

/**
 * Part of O_FB at the smallest learning rate that may remain at eta = 0. A constant O_FB leaves all of it, a proportional one none, and one that
 * falls faster, as shuffling makes it, extrapolates below zero.
 */
const REMAINDER = 0.25;

/** The intercept is extrapolated from learning rates up to this many times the smallest, and from three at least. */
const FIT = { factor: 10, rates: 3 };

/** The learning rates from which the intercept is extrapolated, ascending. */
function fittedRates(runs: readonly SecondRelationRun[]): number[] {
  const rates = [...new Set(runs.map(({ learningRate }) => learningRate))].sort((left, right) => left - right);
  const [smallest = NaN] = rates;
  // The bound has room for the rounding of, say, 10 * 0.003.
  const near = rates.filter((rate) => rate <= FIT.factor * smallest * (1 + 1e-9));
  return rates.slice(0, Math.max(FIT.rates, near.length));
}

/**
 * O_FB extrapolated to eta = 0, over its mean at the smallest learning rate: a of the least-squares fit
 *
 *     <O_FB> = a + b eta + c eta^2
 *
 * to all runs at the smallest learning rates, with errors proportional to eta, as (FDR2) makes <O_FB>. c is left out at two learning rates.
 *
 * @returns a over the mean at the smallest learning rate; unbounded if there are no more runs than coefficients
 */
export function intercept(runs: readonly SecondRelationRun[]): Interval {
  const rates = fittedRates(runs);
  const [smallest = NaN] = rates;
  const fitted = runs.filter(({ learningRate }) => rates.includes(learningRate));
  const coefficients = Math.min(FIT.rates, rates.length);
  if (fitted.length <= coefficients) return unbounded(NaN);
  const [constant = unbounded(NaN)] = leastSquares(
    fitted.map(({ learningRate: eta }) => [smallest / eta, 1, eta / smallest].slice(0, coefficients)),
    fitted.map(({ learningRate: eta, oFB }) => oFB * (smallest / eta)),
  );
  const lowest = fitted.filter(({ learningRate }) => learningRate === smallest);
  const scale = lowest.reduce((sum, { oFB }) => sum + oFB, 0) / lowest.length;
  const ends = [constant.low / scale, constant.high / scale];
  return { mean: constant.mean / scale, low: Math.min(...ends), high: Math.max(...ends) };
}

/** Claim of section 3.2: O_FB goes to zero with the learning rate. */
export function vanishing(runs: readonly SecondRelationRun[], short: Shortness = new Map()): Claim {
  const rates = fittedRates(runs);
  const obstacle = rates.flatMap((rate) => short.get(rate) ?? [])[0];
  return judged(
    {
      statement: 'At small learning rates the full-batch observable approaches zero.',
      section: 'section 3.2, figure 3',
      test:
        `<O_FB> extrapolated to η = 0 is less than ${REMAINDER} of its value at the smallest η, with its 95 % interval (least squares of ` +
        `a + b η + c η² to the runs up to η = ${formatNumber(rates.at(-1) ?? NaN)}, errors proportional to η)`,
      tolerance: { low: -Infinity, high: REMAINDER },
    },
    [{ quantity: `<O_FB> at η = 0 over that at η = ${formatNumber(rates[0] ?? NaN)}`, ...intercept(runs), obstacle }],
  );
}

/** The claim about the shape of the landscape around the valley. */
export function landscapeClaim(landscape: Landscape, relation: SecondRelation, short: Shortness = new Map()): Claim {
  switch (landscape.kind) {
    case 'harmonic':
      return linear(relation, landscape.upTo, short);
    case 'anharmonic':
      return anharmonic(relation, landscape.downTo, short);
    default:
      return landscape satisfies never;
  }
}

/** O_FB over the line at each learning rate up to a limit but the smallest, through which the line goes; at least one value. */
function lineRatios({ points }: SecondRelation, limit: number, short: Shortness): Measured[] {
  const [smallest, ...larger] = points;
  const measured = larger
    .filter(({ learningRate }) => learningRate <= limit)
    .map(({ learningRate: rate, lineRatio }): Measured => ({
      quantity: `<O_FB> over the line at η = ${formatNumber(rate)}`,
      ...lineRatio,
      obstacle: short.get(smallest?.learningRate ?? NaN) ?? short.get(rate),
    }));
  if (measured.length > 0) return measured;
  const obstacle = `no learning rate but that of the line is ${limit} or less`;
  return [{ quantity: '<O_FB> over the line', ...unbounded(NaN), obstacle }];
}

/**
 * Claim of figure 3(a): <O_FB> is linear in eta.
 *
 * @param upTo the largest eta of the claim
 */
export const linear = (relation: SecondRelation, upTo: number, short: Shortness = new Map()): Claim =>
  judged(
    {
      statement: `For the MLP the full-batch observable is linear in η for η ≤ ${upTo}.`,
      section: 'section 3.2, figure 3(a)',
      test: `<O_FB> is within ${100 * DEPARTURE} % of the line at every η ≤ ${upTo}, with its 95 % interval`,
      tolerance: { low: 1 - DEPARTURE, high: 1 + DEPARTURE },
    },
    lineRatios(relation, upTo, short),
  );

/**
 * Claim of figure 3(b): <O_FB> is not linear in eta.
 *
 * @param downTo the smallest eta at which the paper sees it
 */
export function anharmonic(relation: SecondRelation, downTo: number, short: Shortness = new Map()): Claim {
  const [ratio] = lineRatios(relation, downTo, short).slice(-1);
  return judged(
    {
      statement: `For the CNN anharmonicity is pronounced even down to η of about ${downTo}.`,
      section: 'section 3.2, figure 3(b)',
      test:
        `at the largest η ≤ ${downTo} <O_FB> is more than ${100 * DEPARTURE} % away from the line through the smallest η, with its 95 % ` +
        'interval',
      tolerance: { low: DEPARTURE, high: Infinity },
    },
    ratio ? [{ ...ratio, ...distanceFromOne(ratio), quantity: `distance from 1 of ${ratio.quantity}` }] : [],
  );
}

/** The interval of |r - 1|, of that of r. */
function distanceFromOne({ mean, low, high }: Interval): Interval {
  const ends = [Math.abs(low - 1), Math.abs(high - 1)];
  return {
    mean: Math.abs(mean - 1),
    low: low < 1 && high > 1 ? 0 : Math.min(...ends),
    high: Math.max(...ends),
  };
}
