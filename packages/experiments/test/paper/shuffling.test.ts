import { epochAverages, type SecondRelationRun } from '@fdr/core/relations';
import { describe, expect, it } from 'vitest';
import { biasTable, crossCheckBiases } from '../../src/paper/figures/cross-check-biases.js';
import {
  predictedPoints,
  predictionClaims,
  predictionTable,
  type EpochShape,
} from '../../src/paper/figures/shuffling.js';
import { completedEstimate } from './completed-records.js';

// Each estimate has one curvature, half its trace, and the noise 2.
const shape: EpochShape = { momentum: 0, dampening: 0, steps: 10, sampling: 'shuffle' };
const estimates = [5.98, 6, 6.02].map((trace, index) => completedEstimate(index + 1, trace));
const RATES = [0.003, 0.03];

/** Runs whose O_FB is the exact one of curvature 3 and noise 2, times a factor for each seed. */
const runsOf = (sampling: EpochShape['sampling'], ...factors: readonly number[]): SecondRelationRun[] =>
  RATES.flatMap((learningRate) =>
    factors.map((factor, seed) => ({
      learningRate,
      seed,
      noiseTrace: 2,
      oFB: 2 * factor * epochAverages(3, { ...shape, learningRate, sampling }).fullBatch,
    })),
  );

describe('O_FB and its prediction', () => {
  const verdicts = (runs: readonly SecondRelationRun[], own: EpochShape = shape) =>
    predictionClaims(predictedPoints(runs, estimates, own), own, 0.1).map(({ verdict }) => verdict);

  it('agree at each learning rate where the mini-batches are drawn as predicted', () => {
    expect(verdicts(runsOf('shuffle', 0.99, 1, 1.01))).toEqual(['holds', 'holds']);
    const independent: EpochShape = { ...shape, sampling: 'replacement' };
    expect(verdicts(runsOf('replacement', 0.99, 1, 1.01), independent)).toEqual(['holds', 'holds']);
  });

  it('differ where they are not: at eta h M = 0.09 and 0.9 a shuffle takes away nearly all', () => {
    expect(verdicts(runsOf('replacement', 0.99, 1, 1.01))).toEqual(['does not hold', 'does not hold']);
  });

  it('are undecided where the interval reaches over the tolerance, or is unknown', () => {
    expect(verdicts(runsOf('shuffle', 0.8, 1, 1.2))).toEqual(['undecided', 'undecided']);
    expect(verdicts(runsOf('shuffle', 1))).toEqual(['undecided', 'undecided']);
  });

  it('are undecided where no stationary state is predicted, and say so without a number', () => {
    // eta h = 0.7 * 3 > 2
    const wild = [0.99, 1, 1.01].map((oFB, seed) => ({ learningRate: 0.7, seed, noiseTrace: 2, oFB }));
    const [claim] = predictionClaims(predictedPoints(wild, estimates, shape), shape, 0.1);
    expect(claim).toMatchObject({
      verdict: 'undecided',
      measured: expect.stringContaining('predicted unknown: unknown'),
    });
  });

  it('stand beside each other in a table', () => {
    const points = predictedPoints(runsOf('shuffle', 0.99, 1, 1.01), estimates, shape);
    const [row] = predictionTable(points).table.rows;
    const exact = 2 * epochAverages(3, { ...shape, learningRate: 0.003 }).fullBatch;
    expect(row).toHaveLength(8);
    expect(row?.[0]).toBe(0.003);
    expect(Number(row?.[1]) / exact).toBeCloseTo(1, 10);
    // O_FB goes with h^3 at eta h M << 1: the mean of the three is 6^3 to 1e-5.
    expect(Number(row?.[2]) / exact).toBeCloseTo(1, 4);
  });
});

describe('the biases of the cross-check', () => {
  it('are the predicted shift by shuffling, and what differences over a distance find beside exact derivatives', () => {
    const biases = crossCheckBiases(0.03, estimates, shape);
    expect(biases.map(({ side }) => side)).toEqual(['relation', 'products', 'products']);
    const shuffled = epochAverages(3, { ...shape, learningRate: 0.03 }).fullBatch;
    const independent = epochAverages(3, { ...shape, learningRate: 0.03, sampling: 'replacement' }).fullBatch;
    expect(biases[0]?.shifts[1]).toBeCloseTo(shuffled / independent - 1, 12);
    expect(biases.map(({ source }) => source)).toEqual([
      'shuffling (predicted)',
      expect.stringMatching(/^central differences of width 0.001 instead of exact second derivatives/),
      expect.stringMatching(/^central differences of width 0.01 instead/),
    ]);
    expect(biasTable(biases).table.rows[1]?.[2]).toBeCloseTo(0.04, 10);
    expect(biasTable(biases).table.rows[2]?.slice(1, 3)).toEqual(['by products', expect.closeTo(0.11, 10)]);
  });

  it('have no shuffling where mini-batches are independent', () => {
    const biases = crossCheckBiases(0.03, estimates, { ...shape, sampling: 'replacement' });
    expect(biases.map(({ side }) => side)).toEqual(['products', 'products']);
  });
});
