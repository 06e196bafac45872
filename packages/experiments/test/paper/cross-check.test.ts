import { secondRelation } from '@fdr/core/relations';
import { describe, expect, it } from 'vitest';
import { crossCheck, crossCheckTables, sameCurvature } from '../../src/paper/figures/cross-check.js';
import { completedEstimate } from './completed-records.js';

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
  const estimates = (...traces: readonly number[]) => traces.map((trace, index) => completedEstimate(index + 1, trace));

  it.each<[readonly number[], string]>([
    // The intervals of both are 7 % wide, that of their ratio 0.91 to 1.08.
    [[5.9, 6, 6.1, 6.2], 'holds'],
    [[11.8, 12, 12.2, 12.1], 'does not hold'],
    [[4, 4.1, 4.2, 4.1], 'does not hold'],
    // 1 is inside, but so is 1.1; and so uncertain that 0 is not excluded.
    [[5, 7, 9, 7], 'undecided'],
    [[2, 12, 24, 8], 'undecided'],
    [[6], 'undecided'],
  ])('traces %j beside about 6: %s', (traces, verdict) => {
    const check = crossCheck(runs, estimates(...traces), 0);
    expect(check.relation).toEqual([5.7, 5.9, 6.1, 6.3].map((trace): unknown => expect.closeTo(trace, 12)));
    expect(sameCurvature(check, 0.1).verdict).toBe(verdict);
  });

  it('reports both numbers with their uncertainty, and why they cannot decide', () => {
    // Standard error of 5.6, 6, 6.4, 6.2: sqrt(0.35 / 3 / 4) = 0.1708, times 3.18245
    const claim = sameCurvature(crossCheck(runs, estimates(5.6, 6, 6.4, 6.2), 0), 0.1);
    expect(claim.measured).toMatch(
      /^ratio at η = 0.003, of 2 <O_FB> \/ η = 6 \(5.5891 to 6.4109\) and Tr\(H C\) = 6.05 \(5.5065 to 6.5935\): 0.99174 \(/,
    );
    const single = crossCheck(runs, estimates(6), 0);
    expect(sameCurvature(single, 0.1).measured).toContain('Tr(H C) = 6 (interval unknown): 1 (interval unknown)');
    const good = crossCheck(runs, estimates(5.9, 6, 6.1, 6.2), 0);
    expect(sameCurvature(good, 0.1, 'it is short')).toMatchObject({
      verdict: 'undecided',
      measured: expect.stringContaining('undecided because it is short') as unknown,
    });
  });

  it('lists the terms of (29) with momentum alone', () => {
    const completed = estimates(5, 7);
    const tables = (momentum: number) =>
      crossCheckTables(crossCheck(runs, completed, momentum), secondRelation(runs).curvature, completed);
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
