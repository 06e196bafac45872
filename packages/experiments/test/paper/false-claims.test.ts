import { secondRelation } from '@fdr/core/relations';
import { expect, it } from 'vitest';
import { comparable, marginallyBetter, outperforming } from '../../src/paper/figures/comparison-claims.js';
import { sameCurvature } from '../../src/paper/figures/cross-check.js';
import { linear, vanishing } from '../../src/paper/figures/second-relation-claims.js';
import { comparedRuns } from './compared-runs.js';

// Five claims that numbers do not support, and that each passed once.

it('96.41 % is not comparable with 97.39 %', () => {
  const runs = [...comparedRuns('adaptive', 96.41, 96.35, 96.47), ...comparedRuns('preset', 97.39, 97.36, 97.42)];
  expect(comparable(runs, 0.2).verdict).toBe('does not hold');
});

it('0.01 points on one seed are not better', () => {
  const runs = [...comparedRuns('adaptive', 96.42), ...comparedRuns('amsgrad', 96.41), ...comparedRuns('adam', 96.4)];
  expect(outperforming(runs, 0.2).verdict).toBe('undecided');
  expect(marginallyBetter(runs).verdict).toBe('undecided');
});

it('G = 0.05 + 0.1 eta does not approach zero', () => {
  const runs = [0.003, 0.005, 0.01, 0.02, 0.05].flatMap((learningRate) =>
    [0.98, 1, 1.02].map((factor, seed) => ({
      learningRate,
      seed,
      noiseTrace: 1,
      oFB: factor * (0.05 + 0.1 * learningRate),
    })),
  );
  const claim = vanishing(runs);
  expect(claim.verdict).toBe('does not hold');
  // 0.05 / 0.0503
  expect(claim.measurements?.[0]?.mean).toBeCloseTo(0.994, 2);
});

it('intervals from minus to plus infinity are not linear', () => {
  const single = [0.003, 0.005, 0.01].map((learningRate) => ({
    learningRate,
    seed: 1,
    noiseTrace: 1,
    oFB: learningRate,
  }));
  const relation = secondRelation(single);
  expect(relation.points[1]?.lineRatio).toMatchObject({ mean: 1, low: -Infinity, high: Infinity });
  expect(linear(relation, 0.01).verdict).toBe('undecided');
});

it('a ratio of -1.57 to 3.97 is not the same curvature', () => {
  const check = { learningRate: 0.003, momentum: false, relation: [1, 1.4], products: [1], biases: [] };
  const claim = sameCurvature({ ...check, ratio: { mean: 1.2, low: -1.57, high: 3.97 } }, 0.1);
  expect(claim.verdict).toBe('undecided');
});
