import { secondRelation } from '@fdr/core/relations';
import { describe, expect, it } from 'vitest';
import { drawApproach } from '../../src/paper/figures/approach.js';
import { better, comparable, degraded, sooner } from '../../src/paper/figures/comparison.js';
import { crossCheck, crossCheckTables, sameCurvature } from '../../src/paper/figures/cross-check.js';
import { agreement, relaxationEpochs, slowing } from '../../src/paper/figures/relaxation.js';
import { anharmonic, drawSecondRelation, linear, vanishing } from '../../src/paper/figures/second-relation.js';
import type { EpochShape } from '../../src/paper/figures/shuffling.js';
import { plan } from '../../src/paper/plan/plan.js';
import { parseScale } from '../../src/paper/plan/scale.js';
import type { Variant } from '../../src/paper/plan/variants.js';
import { completedEstimate, completedRun, onlyRuns } from './completed-records.js';

const { figures } = plan({
  figures: ['fig1', 'fig3'],
  models: ['mlp', 'cnn'],
  scale: parseScale('paper'),
  backend: 'auto',
  threads: 1,
});
const figure = (id: string) => figures.find((each) => each.id === id)!;

describe('the claim of figure 1', () => {
  it.each([
    [1.0099, 'holds'],
    [0.9901, 'holds'],
    [1.0101, 'does not hold'],
    [0.98, 'does not hold'],
    [NaN, 'undecided'],
    [Infinity, 'undecided'],
  ])('with a last ratio of %d: agreement %s', (ratio, verdict) => {
    const initial = completedRun({ kind: 'initial' }, {}, [{ ratio: 33 }, { ratio }]);
    const drawn = drawApproach(figure('fig1a'), onlyRuns(initial));
    expect(drawn.claims.map((claim) => claim.verdict)).toEqual([verdict]);
    expect(drawn.claims[0]?.measured).toContain('(33 after the first)');
  });
});

describe('the claims of figure 2', () => {
  const ratios = (...values: number[]) => values.map((ratio, index) => ({ epoch: index + 1, ratio }));

  it.each<[number[], number]>([
    [[1], 1],
    [[2, 1.05, 0.95], 2],
    [[1, 1, 1.2, 1], 4],
    [[2, 1.5], Infinity],
    [[1, NaN, 1], 3],
    [[1, NaN], Infinity],
    [[], Infinity],
  ])('ratios %j are within 0.1 of 1 after %d epochs', (values, epochs) => {
    expect(relaxationEpochs(ratios(...values), 0.1)).toBe(epochs);
  });

  const one = (learningRate: number, relaxedAfter: number, ratio = 1) => ({
    learningRate,
    relaxedAfter,
    ratio,
    epochs: 100,
  });

  it('relaxation is slower at a smaller learning rate', () => {
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

  it('the two sides agree at every learning rate', () => {
    expect(agreement([one(0.1, 1, 1.001), one(0.05, 1, 0.999)]).verdict).toBe('holds');
    const partly = agreement([one(0.1, 1, 1.001), one(0.05, 1, 1.5)]);
    expect(partly).toMatchObject({ verdict: 'does not hold' });
    expect(partly.measured).toBe('1 of 2 learning rates agree; farthest is 1.5 at η = 0.05');
    expect(agreement([one(0.1, 1, NaN)]).verdict).toBe('undecided');
    expect(agreement([]).verdict).toBe('undecided');
  });
});

describe('the claims of figures 4, S1 and S2', () => {
  const run = (variant: Variant, ...testAccuracies: number[]) =>
    completedRun(
      { kind: 'comparison', variant },
      {},
      testAccuracies.map((testAccuracy) => ({ testAccuracy })),
    );

  it.each<[number, number, string]>([
    [0.97, 0.979, 'holds'],
    [0.97, 0.981, 'does not hold'],
    [0.99, 0.97, 'holds'],
    [NaN, 0.97, 'undecided'],
  ])('adaptive %d against preset %d: comparable %s', (adaptive, preset, verdict) => {
    const claim = comparable([run('adaptive', 0.5, adaptive), run('preset', 0.5, preset)]);
    expect(claim.verdict).toBe(verdict);
  });

  it('the last accuracies decide which variant is better, not the best ones', () => {
    const words = { statement: '', section: '' };
    const runs = [run('adaptive', 0.5, 0.96), run('amsgrad', 0.99, 0.95)];
    expect(better(runs, 'adaptive', 'amsgrad', words).verdict).toBe('holds');
    expect(better(runs, 'amsgrad', 'adaptive', words).verdict).toBe('does not hold');
    expect(better(runs, 'adaptive', 'adam', words).verdict).toBe('undecided');
    expect(better(runs, 'adaptive', 'amsgrad', words).measured).toContain('96.00 %; AMSGrad 95.00 %');
  });

  it('the aggressive schedule is sooner if it first reaches 95 % of the final accuracy in fewer epochs', () => {
    const slow = run('adaptive', 0.2, 0.4, 0.8, 0.8);
    // 95 % of 0.8 is 0.76
    expect(sooner([slow, run('aggressive', 0.2, 0.77, 0.7)]).verdict).toBe('holds');
    expect(sooner([slow, run('aggressive', 0.2, 0.4, 0.77)]).verdict).toBe('does not hold');
    expect(sooner([slow, run('aggressive', 0.2, 0.4, 0.5)]).measured).toContain('never with X = 0.1');
    expect(degraded([slow, run('aggressive', 0.79)]).verdict).toBe('holds');
    expect(degraded([slow, run('aggressive', 0.81)]).verdict).toBe('does not hold');
  });
});

describe('the claims of figure 3', () => {
  /** Two sequences with O_FB = G(eta) (1 -+ spread). */
  const relation = (rates: readonly number[], observable: (rate: number) => number, spread = 0.01) =>
    secondRelation(
      rates.flatMap((learningRate) =>
        [1 - spread, 1 + spread].map((factor, seed) => ({
          learningRate,
          seed,
          noiseTrace: 1,
          oFB: factor * observable(learningRate),
        })),
      ),
    );
  const rates = [0.003, 0.005, 0.01, 0.05];

  it('O_FB is linear if it is linear up to 0.01, whatever comes after', () => {
    const straight = relation(rates, (rate) => 2 * rate + (rate > 0.01 ? 9 : 0));
    expect(linear(straight, 0.01).verdict).toBe('holds');
    expect(vanishing(straight).verdict).toBe('holds');
    // (1 + 30 eta) at 0.01 over 0.003: 1.3 / 1.09 = 1.19
    const bent = (rate: number) => rate * (1 + 30 * rate);
    expect(linear(relation(rates, bent), 0.01).verdict).toBe('does not hold');
    expect(
      linear(
        relation([0.003, 0.05], (rate) => rate),
        0.01,
      ).verdict,
    ).toBe('undecided');
    // As bent, but the sequences differ by as much.
    expect(linear(relation(rates, bent, 0.1), 0.01).verdict).toBe('undecided');
    expect(vanishing(relation(rates, () => 1)).verdict).toBe('does not hold');
  });

  it('O_FB is anharmonic if its interval leaves the line by 0.001', () => {
    const down = [0.0001, 0.0005, 0.001, 0.01];
    const bent = (rate: number) => rate * (1 + 1000 * rate);
    expect(anharmonic(relation(down, bent), 0.001).verdict).toBe('holds');
    expect(
      anharmonic(
        relation(down, (rate) => rate),
        0.001,
      ).verdict,
    ).toBe('does not hold');
    expect(anharmonic(relation([0.0001, 0.01], bent), 0.001).verdict).toBe('undecided');
    // The intervals of a single sequence have no bounds.
    const single = down.map((learningRate) => ({ learningRate, seed: 0, noiseTrace: 1, oFB: bent(learningRate) }));
    expect(anharmonic(secondRelation(single), 0.001).verdict).toBe('undecided');
  });

  it.each([
    ['fig3a', 'For the MLP the full-batch observable is linear in η for η ≤ 0.01.'],
    ['fig3b', 'For the CNN anharmonicity is pronounced even down to η of about 0.001.'],
  ])('%s tests what the protocol says of the landscape', (id, statement) => {
    const stages = rates.map((learningRate, index) =>
      completedRun({ kind: 'stage', sequence: 1, stage: index + 1 }, { learningRate }, [
        { learningRate, oFB: learningRate },
        { learningRate, oFB: learningRate },
      ]),
    );
    const drawn = drawSecondRelation(figure(id), onlyRuns(...stages));
    expect(drawn.claims.map((claim) => claim.statement)).toEqual([expect.any(String), statement]);
    expect(drawn.caption).not.toContain('Hessian-vector');
    const checked = drawSecondRelation(figure(id), { runs: stages, estimates: [completedEstimate(1, 2)] });
    expect(checked.claims).toHaveLength(3 + rates.length);
    expect(checked.caption).toContain('Hessian-vector');
    expect(checked.panels('light')[0]?.chart.traces).toHaveLength(drawn.panels('light')[0]!.chart.traces.length + 2);
  });
});

describe('the cross-check of figure 3', () => {
  /** Four runs whose 2 O_FB / eta is about 6 at the smallest learning rate, and about 60 at a larger one. */
  const runs = [0.003, 0.01].flatMap((learningRate) =>
    [5.7, 5.9, 6.1, 6.3].map((trace, seed) => ({
      learningRate,
      seed,
      noiseTrace: 2,
      oFB: ((learningRate === 0.003 ? 1 : 10) * learningRate * trace) / 2,
    })),
  );
  const shape: EpochShape = { momentum: 0, dampening: 0, steps: 10, sampling: 'shuffle' };
  const estimates = (...traces: readonly number[]) => traces.map((trace, index) => completedEstimate(index + 1, trace));

  it.each<[readonly number[], string]>([
    [[5.6, 6, 6.4, 6.2], 'holds'],
    [[11.8, 12, 12.2, 12.1], 'does not hold'],
    // Uncertain, but the intervals overlap; and so uncertain that 0 is not excluded.
    [[5, 7, 9, 7], 'holds'],
    [[2, 12, 24, 8], 'undecided'],
    [[6], 'undecided'],
  ])('traces %j beside about 6: %s', (traces, verdict) => {
    const check = crossCheck(runs, estimates(...traces), shape);
    expect(check.relation).toEqual([5.7, 5.9, 6.1, 6.3].map((trace): unknown => expect.closeTo(trace, 12)));
    expect(sameCurvature(check).verdict).toBe(verdict);
  });

  it('reports both numbers with their uncertainty', () => {
    // Standard error of 5.6, 6, 6.4, 6.2: sqrt(0.35 / 3 / 4) = 0.1708, times 3.18245
    expect(sameCurvature(crossCheck(runs, estimates(5.6, 6, 6.4, 6.2), shape)).measured).toMatch(
      /^at η = 0.003: 2 <O_FB> \/ η = 6 \(5.59 to 6.41\), Tr\(H C\) = 6.05 \(5.51 to 6.59\), their ratio 0.9917 \(/,
    );
    expect(sameCurvature(crossCheck(runs, estimates(6), shape)).measured).toContain(
      'Tr(H C) = 6 (uncertainty unknown)',
    );
  });

  it('lists the terms of (29) with momentum alone', () => {
    const completed = estimates(5, 7);
    const tables = (momentum: number) =>
      crossCheckTables(crossCheck(runs, completed, { ...shape, momentum }), secondRelation(runs).curvature, completed);
    const names = (momentum: number) => tables(momentum)[0]?.table.rows.map(([name]) => name);
    expect(names(0.9)).toEqual(expect.arrayContaining(['<v · H g>', '<v · H v>', '<v′ · H v′>, of these three']));
    expect(names(0)?.join()).not.toContain('v ·');
    expect(tables(0.9)[1]?.table.rows).toEqual([
      [1, 4, 10, 5, 0.1, 5, 0.1],
      [2, 4, 10, 7, 0.1, 7, 0.1],
    ]);
    expect(tables(0)[1]?.table.rows).toEqual([
      [1, 4, 10, 5, 0.1],
      [2, 4, 10, 7, 0.1],
    ]);
  });
});
