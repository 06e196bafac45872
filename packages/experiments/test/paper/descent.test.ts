import { describe, expect, it } from 'vitest';
import type { SecondRelationRun } from '@fdr/core/relations';
import { crossCheck } from '../../src/paper/figures/cross-check.js';
import { descentClaims, descentPoints, descentTables } from '../../src/paper/figures/descent.js';
import { drawSecondRelation } from '../../src/paper/figures/second-relation.js';
import { plan } from '../../src/paper/plan/plan.js';
import { parseScale } from '../../src/paper/plan/scale.js';
import { completedEstimate, completedRun } from './completed-records.js';

const options = {
  figures: ['fig3', 'fig4'],
  models: ['mlp'],
  scale: parseScale('quick'),
  backend: 'auto',
  threads: 1,
} as const;

/** Runs whose 2 <-v' . grad f> / eta is each of these at 0.003. */
const runsOf = (...traces: readonly (number | undefined)[]): SecondRelationRun[] =>
  traces.map((trace, seed) => ({
    learningRate: 0.003,
    seed,
    oFB: 0.001,
    noiseTrace: 2,
    descent: trace === undefined ? undefined : 0.0015 * trace,
  }));
const estimates = [5.98, 6, 6.02].map((trace, index) => completedEstimate(index + 1, trace));
const shape = { momentum: 0, dampening: 0, steps: 10, sampling: 'shuffle' } as const;
const claims = (runs: readonly SecondRelationRun[]) => descentClaims(runs, crossCheck(runs, estimates, shape), 0.1);

describe('the second relation by descents', () => {
  it.each([
    [[5.9, 6, 6.1], 'holds'],
    [[7.9, 8, 8.1], 'does not hold'],
    [[5, 6, 7], 'undecided'],
    [[6], 'undecided'],
  ] as const)('of %j beside about 6: %s', (traces, verdict) => {
    expect(claims(runsOf(...traces)).map((claim) => claim.verdict)).toEqual([verdict]);
  });

  it('is not claimed where a run has not read its own', () => {
    expect(claims(runsOf(6, undefined, 6))).toEqual([]);
    expect(descentPoints(runsOf(6, undefined))).toEqual([]);
    expect(descentTables([])).toEqual([]);
  });

  it('is drawn where the runs have read it', () => {
    const [figure] = plan({ ...options, figures: ['fig3'] }).figures;
    const stage = (learningRate: number, descent: number | undefined) =>
      completedRun({ kind: 'stage', sequence: 1, stage: 1 }, { learningRate }, [
        { learningRate, oFB: learningRate, descent },
        { learningRate, oFB: learningRate, descent },
      ]);
    const marks = (...descents: readonly (number | undefined)[]) =>
      drawSecondRelation(figure!, {
        runs: descents.map((descent, index) => stage(0.003 * (index + 1), descent)),
        estimates,
      })
        .panels('light')[0]
        ?.chart.marks?.map(({ points }) => points.map(({ y }) => y));
    expect(marks(0.01, 0.02)?.[1]).toEqual([0.01, 0.02]);
    expect(marks(undefined, undefined)).toHaveLength(1);
  });
});

it('a plan draws mini-batches and reads descents as it is told, and has the same jobs where it is told nothing', () => {
  const plain = plan(options).jobs;
  const told = plan({ ...options, sampling: 'replacement', descent: true }).jobs;
  expect(plan({ ...options, sampling: 'shuffle', descent: undefined }).jobs.map(({ key }) => key)).toEqual(
    plain.map(({ key }) => key),
  );
  expect(told.every(({ config }) => config.sampling === 'replacement')).toBe(true);
  const adaptive = told.find(({ config }) => config.schedule.kind === 'equilibrium');
  expect([adaptive?.config.descent, told[0]?.config.descent]).toEqual([undefined, true]);
  expect(told.filter(({ key }) => plain.some((job) => job.key === key))).toEqual([]);
});
