import { describe, expect, it } from 'vitest';
import { secondRelation } from '@fdr/core';
import { drawApproach } from '../src/figures/approach.js';
import { agreement, relaxationEpochs, slowing } from '../src/figures/relaxation.js';
import { crossCheck, crossCheckTables, sameCurvature } from '../src/figures/cross-check.js';
import { better, comparable, degraded, sooner } from '../src/figures/comparison.js';
import { anharmonic, linear, vanishing } from '../src/figures/second-relation.js';
import { plan } from '../src/plan.js';
import { parseScale } from '../src/scale.js';
import type { Way } from '../src/variants.js';
import { madeOf, madeSurvey } from './completed-records.js';

const [fig1] = plan({
  ...{ figures: ['fig1'], models: ['mlp'], scale: parseScale('paper'), backend: 'auto', threads: 1 },
}).figures;

describe('figure 1', () => {
  it.each([
    [1.0099, 'holds'],
    [0.9901, 'holds'],
    [1.0101, 'does not hold'],
    [0.98, 'does not hold'],
    [NaN, 'undecided'],
    [Infinity, 'undecided'],
  ])('ends with ratio %d: agreement %s', (ratio, verdict) => {
    const drawn = drawApproach(fig1!, [madeOf({ kind: 'initial' }, {}, [{ ratio: 33 }, { ratio }])]);
    expect(drawn.claims.map((claim) => claim.verdict)).toEqual([verdict]);
    expect(drawn.claims[0]?.measured).toContain('(33 after the first)');
  });
});

describe('relaxation', () => {
  const ratios = (...values: number[]) => values.map((ratio, index) => ({ epoch: index + 1, ratio }));

  it.each<[number[], number]>([
    [[1], 1],
    [[2, 1.05, 0.95], 2],
    [[1, 1, 1.2, 1], 4],
    [[2, 1.5], Infinity],
    [[1, NaN, 1], 3],
    [[1, NaN], Infinity],
    [[], Infinity],
  ])('%j is within 0.1 after %d epochs', (values, epochs) => {
    expect(relaxationEpochs(ratios(...values), 0.1)).toBe(epochs);
  });

  const one = (learningRate: number, relaxedAfter: number, ratio = 1) => ({
    ...{ learningRate, relaxedAfter, ratio, epochs: 100 },
  });

  it('is slower at a smaller learning rate', () => {
    expect(slowing([one(0.01, 8), one(0.1, 2), one(0.05, 2)]).verdict).toBe('holds');
    expect(slowing([one(0.1, 2), one(0.05, 4), one(0.01, Infinity)]).verdict).toBe('holds');
    expect(slowing([one(0.1, 2), one(0.05, 4), one(0.01, 3)]).verdict).toBe('does not hold');
    expect(slowing([one(0.1, 2), one(0.05, 2)]).verdict).toBe('does not hold');
    expect(slowing([one(0.1, 2), one(0.05, Infinity)]).verdict).toBe('undecided');
    expect(slowing([]).verdict).toBe('undecided');
    expect(slowing([one(0.1, 2), one(0.05, 4), one(0.01, Infinity)]).measured).toBe(
      '2 epochs at η = 0.1, 4 epochs at η = 0.05, more than 100 epochs at η = 0.01',
    );
  });

  it('ends in agreement at every learning rate', () => {
    expect(agreement([one(0.1, 1, 1.001), one(0.05, 1, 0.999)]).verdict).toBe('holds');
    const one50 = agreement([one(0.1, 1, 1.001), one(0.05, 1, 1.5)]);
    expect(one50).toMatchObject({ verdict: 'does not hold' });
    expect(one50.measured).toBe('1 of 2 learning rates agree; farthest is 1.5 at η = 0.05');
    expect(agreement([one(0.1, 1, NaN)]).verdict).toBe('undecided');
    expect(agreement([]).verdict).toBe('undecided');
  });
});

describe('the comparison of schedules', () => {
  const run = (variant: Variant, ...testAccuracies: number[]) =>
    madeOf(
      { kind: 'comparison', way },
      {},
      testAccuracies.map((testAccuracy) => ({ testAccuracy })),
    );

  it.each<[number, number, string]>([
    [0.97, 0.979, 'holds'],
    [0.97, 0.981, 'does not hold'],
    [0.99, 0.97, 'holds'],
    [NaN, 0.97, 'undecided'],
  ])('adaptive %d against preset %d: comparable %s', (adaptive, preset, verdict) => {
    const claim = comparable([run('adaptive', 0.5, adaptive), run('preset', 0.5, preset)], '');
    expect(claim.verdict).toBe(verdict);
  });

  it('asks which is better at the end, not on the way', () => {
    const words = { statement: '', section: '' };
    const made = [run('adaptive', 0.5, 0.96), run('amsgrad', 0.99, 0.95)];
    expect(better(made, 'adaptive', 'amsgrad', words).verdict).toBe('holds');
    expect(better(made, 'amsgrad', 'adaptive', words).verdict).toBe('does not hold');
    expect(better(made, 'adaptive', 'adam', words).verdict).toBe('undecided');
    expect(better(made, 'adaptive', 'amsgrad', words).measured).toContain('96.00 %; AMSGrad 95.00 %');
  });

  it('asks who comes first to 95 % of the final accuracy', () => {
    const slow = run('adaptive', 0.2, 0.4, 0.8, 0.8);
    // 95 % of 0.8 is 0.76
    expect(sooner([slow, run('aggressive', 0.2, 0.77, 0.7)]).verdict).toBe('holds');
    expect(sooner([slow, run('aggressive', 0.2, 0.4, 0.77)]).verdict).toBe('does not hold');
    expect(sooner([slow, run('aggressive', 0.2, 0.4, 0.5)]).measured).toContain('never with X = 0.1');
    expect(degraded([slow, run('aggressive', 0.79)]).verdict).toBe('holds');
    expect(degraded([slow, run('aggressive', 0.81)]).verdict).toBe('does not hold');
  });
});

describe('the second relation', () => {
  /** Two sequences with O_FB = G(eta) (1 -+ spread). */
  const relation = (rates: readonly number[], observable: (rate: number) => number, spread = 0.01) =>
    secondRelation(
      rates.flatMap((learningRate) =>
        [1 - spread, 1 + spread].map((factor, seed) => ({
          ...{ learningRate, seed, noiseTrace: 1, oFB: factor * observable(learningRate) },
        })),
      ),
    );
  const rates = [0.003, 0.005, 0.01, 0.05];

  it('is linear where it is, up to 0.01, whatever comes after', () => {
    const straight = relation(rates, (rate) => 2 * rate + (rate > 0.01 ? 9 : 0));
    expect(linear(straight).verdict).toBe('holds');
    expect(vanishing(straight).verdict).toBe('holds');
    // (1 + 30 eta) at 0.01 over 0.003: 1.3 / 1.09 = 1.19
    expect(linear(relation(rates, (rate) => rate * (1 + 30 * rate))).verdict).toBe('does not hold');
    expect(linear(relation([0.003, 0.05], (rate) => rate)).verdict).toBe('undecided');
    // As bent, but the sequences differ by as much.
    expect(linear(relation(rates, (rate) => rate * (1 + 30 * rate), 0.1)).verdict).toBe('undecided');
    expect(vanishing(relation(rates, () => 1)).verdict).toBe('does not hold');
  });

  it('is anharmonic where the interval leaves the line', () => {
    const down = [0.0001, 0.0005, 0.001, 0.01];
    const bent = (rate: number) => rate * (1 + 1000 * rate);
    expect(anharmonic(relation(down, bent)).verdict).toBe('holds');
    expect(anharmonic(relation(down, (rate) => rate)).verdict).toBe('does not hold');
    expect(anharmonic(relation([0.0001, 0.01], bent)).verdict).toBe('undecided');
  });
});

describe('the cross-check', () => {
  /** Four runs whose 2 O_FB / eta is about 6 at the smallest learning rate, and about 60 at a larger one. */
  const runs = [0.003, 0.01].flatMap((learningRate) =>
    [5.7, 5.9, 6.1, 6.3].map((trace, seed) => ({
      ...{ learningRate, seed, noiseTrace: 2, oFB: ((learningRate === 0.003 ? 1 : 10) * learningRate * trace) / 2 },
    })),
  );
  const estimates = (...traces: readonly number[]) => traces.map((trace, index) => madeSurvey(index + 1, trace));

  it.each<[readonly number[], string]>([
    [[5.6, 6, 6.4, 6.2], 'holds'],
    [[11.8, 12, 12.2, 12.1], 'does not hold'],
    // Uncertain, but not apart; and so uncertain that 0 is not excluded.
    [[5, 7, 9, 7], 'holds'],
    [[2, 12, 24, 8], 'undecided'],
    [[6], 'undecided'],
  ])('finds %j beside about 6: %s', (traces, verdict) => {
    const check = crossCheck(runs, estimates(...traces), 0);
    expect(check.relation).toEqual([5.7, 5.9, 6.1, 6.3].map((trace) => expect.closeTo(trace, 12)));
    expect(sameCurvature(check).verdict).toBe(verdict);
  });

  it('says both numbers with their uncertainty', () => {
    // Standard error of 5.6, 6, 6.4, 6.2: sqrt(0.35 / 3 / 4) = 0.1708, times 3.18245
    expect(sameCurvature(crossCheck(runs, estimates(5.6, 6, 6.4, 6.2), 0)).measured).toMatch(
      /^at η = 0.003: 2 <O_FB> \/ η = 6 \(5.59 to 6.41\), Tr\(H C\) = 6.05 \(5.51 to 6.59\), their ratio 0.9917 \(/,
    );
    expect(sameCurvature(crossCheck(runs, estimates(6), 0)).measured).toContain('Tr(H C) = 6 (uncertainty unknown)');
  });

  it('tells the pieces of (29) where there is momentum', () => {
    const made = estimates(5, 7);
    const names = (momentum: number) =>
      crossCheckTables(crossCheck(runs, made, momentum), secondRelation(runs), made)[0]?.table.rows.map(
        ([name]) => name,
      );
    expect(names(0.9)).toEqual(expect.arrayContaining(['<v · H g>', '<v · H v>', '<v′ · H v′>, of these three']));
    expect(names(0)?.join()).not.toContain('v ·');
  });
});
