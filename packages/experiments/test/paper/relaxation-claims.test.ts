import { describe, expect, it } from 'vitest';
import { drawApproach } from '../../src/paper/figures/approach.js';
import {
  agreement,
  drawRelaxation,
  relaxationEpochs,
  slowing,
  type StageRelaxation,
} from '../../src/paper/figures/relaxation.js';
import { plan } from '../../src/paper/plan/plan.js';
import { parseScale } from '../../src/paper/plan/scale.js';
import { completedRun, onlyRuns } from './completed-records.js';

const { figures } = plan({
  figures: ['fig1', 'fig2'],
  models: ['mlp'],
  scale: parseScale('paper'),
  backend: 'auto',
  threads: 1,
});
const figure = (id: string) => figures.find((each) => each.id === id)!;

/** Steps whose sum of O_L - O_R goes to and fro between 0 and `swing`, 10 steps each way, while O_R is 1. */
const swinging = (epochs: number, swing: number): [number, number][] =>
  Array.from({ length: 10 * epochs }, (_, step) => [1 + (Math.floor(step / 10) % 2 === 0 ? swing : -swing) / 10, 1]);

/** Weight decay 1 at eta = 0.1: tau = 1 / (2 * 0.1) = 5 steps, half an epoch. */
const quick = { weightDecay: 1, learningRate: 0.1 };

describe('the claim of figure 1', () => {
  const claimOf = (ratio: number, swing: number, config = quick, epochs = 40) => {
    const records = Array.from({ length: epochs }, () => ({ ratio }));
    const run = completedRun({ kind: 'initial' }, config, records, { steps: swinging(epochs, swing) });
    return drawApproach(figure('fig1a'), onlyRuns(run)).claims[0]!;
  };

  // The window has 200 steps and N = 20, P swings evenly over 0 .. swing: sd(P) = swing / sqrt(12) sqrt(20 / 19), so that the interval is
  // t_39 sqrt(2) sd(P) / 200 = 2.02 * 1.414 * 0.296 / 200 = 0.00424 swing wide on either side.
  it.each([
    [1.005, 1, 'holds'],
    [0.995, 1, 'holds'],
    [1.005, 2, 'undecided'],
    [1, 3, 'undecided'],
    [1.02, 1, 'does not hold'],
    [0.98, 2, 'does not hold'],
    [0.98, 3, 'undecided'],
    [NaN, 1, 'undecided'],
    [Infinity, 1, 'undecided'],
  ])('with a last ratio of %d and fluctuations of size %d: agreement %s', (ratio, swing, verdict) => {
    expect(claimOf(ratio, swing).verdict).toBe(verdict);
  });

  it('has the interval of the run’s own fluctuations', () => {
    const [{ mean, low, high } = { mean: NaN, low: NaN, high: NaN }] = claimOf(1.005, 1).measurements ?? [];
    expect([mean, (high - mean) / 0.00424, (mean - low) / 0.00424]).toEqual([
      1.005,
      expect.closeTo(1, 1),
      expect.closeTo(1, 1),
    ]);
  });

  it('is undecided while the run is shorter than its relaxation time, and names both', () => {
    // tau = 1 / (2 * 0.1 * 0.01) = 500 steps = 50 epochs
    const claim = claimOf(1, 0.01, { ...quick, weightDecay: 0.01 });
    expect(claim.verdict).toBe('undecided');
    expect(claim.measured).toContain(
      'undecided because the run at η = 0.1 is shorter than its relaxation time (40 of 50 epochs)',
    );
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

  const stage = (learningRate: number, relaxedAfter: number, changes: Partial<StageRelaxation> = {}) => ({
    learningRate,
    relaxedAfter,
    ratio: { mean: 1, low: 0.995, high: 1.005 },
    epochs: 100,
    shortness: undefined,
    ...changes,
  });

  it('relaxation is slower at a smaller learning rate', () => {
    const theory = [stage(0.1, 2), stage(0.05, 4), stage(0.02, 10), stage(0.01, 20)];
    expect(slowing(theory).verdict).toBe('holds');
    expect(slowing(theory).measurements?.[0]?.mean).toBeCloseTo(-1, 12);
    expect(slowing(theory.toReversed()).verdict).toBe('holds');
    const faster = [stage(0.1, 20), stage(0.05, 11), stage(0.02, 4), stage(0.01, 2)];
    expect(slowing(faster).verdict).toBe('does not hold');
    // A larger one at last, but the times between are anything: the power is -0.6 +- 1.7.
    expect(slowing([stage(0.1, 4), stage(0.05, 30), stage(0.02, 3), stage(0.01, 31)]).verdict).toBe('undecided');
  });

  it('relaxation in the first epoch, after the last or in a run that is too short is no time', () => {
    const known = [stage(0.1, 3), stage(0.05, 6)];
    const short = stage(0.01, 30, { shortness: 'it is short' });
    for (const third of [stage(0.01, Infinity), stage(1, 1), short]) {
      const claim = slowing([...known, third]);
      expect(claim.verdict).toBe('undecided');
      expect(claim.measured).toContain('fewer than three learning rates have a time that the runs resolve');
    }
    expect(slowing([...known, stage(0.01, 30)]).verdict).toBe('holds');
    expect(slowing([]).verdict).toBe('undecided');
    expect(slowing([...known, stage(0.01, Infinity)]).measured).toContain(
      '3 at η = 0.1, 6 at η = 0.05, more than 100 at η = 0.01 epochs',
    );
  });

  it('the two sides agree at every learning rate', () => {
    const good = stage(0.1, 2);
    const bad = stage(0.05, 2, { ratio: { mean: 1.5, low: 1.4, high: 1.6 } });
    const wide = stage(0.05, 2, { ratio: { mean: 1, low: 0.98, high: 1.02 } });
    const tooShort = { ...bad, shortness: 'it is short' };
    expect(agreement([good, { ...good, learningRate: 0.05 }]).verdict).toBe('holds');
    expect(agreement([good, bad]).verdict).toBe('does not hold');
    expect(agreement([good, wide]).verdict).toBe('undecided');
    expect(agreement([good, tooShort]).verdict).toBe('undecided');
    expect(agreement([]).verdict).toBe('undecided');
    expect(agreement([good, tooShort]).measured).toBe(
      'O_L / O_R at η = 0.1: 1 (0.995 to 1.005); O_L / O_R at η = 0.05: 1.5 (1.4 to 1.6), undecided because it is short',
    );
  });

  it('are made of the runs of the sequence', () => {
    const stages = [0.1, 0.05].map((learningRate, index) =>
      completedRun(
        { kind: 'stage', sequence: 1, stage: index + 1 },
        { weightDecay: 1, learningRate },
        Array.from({ length: 40 }, () => ({ ratio: 1.001 })),
        { steps: swinging(40, 0.5) },
      ),
    );
    const { claims, tables } = drawRelaxation(figure('fig2a'), onlyRuns(...stages));
    expect(claims.map(({ verdict }) => verdict)).toEqual(['holds', 'undecided']);
    expect(tables[0]?.table.rows.map(([rate, epochs, ratio]) => [rate, epochs, ratio])).toEqual([
      [0.1, 40, 1.001],
      [0.05, 40, 1.001],
    ]);
  });
});
