import { secondRelation } from '@fdr/core/relations';
import { describe, expect, it } from 'vitest';
import { drawSecondRelation } from '../../src/paper/figures/second-relation.js';
import { anharmonic, intercept, linear, vanishing } from '../../src/paper/figures/second-relation-claims.js';
import { plan } from '../../src/paper/plan/plan.js';
import { parseScale } from '../../src/paper/plan/scale.js';
import { completedEstimate, completedRun, onlyRuns } from './completed-records.js';

const { figures } = plan({
  figures: ['fig3'],
  models: ['mlp', 'cnn'],
  scale: parseScale('paper'),
  backend: 'auto',
  threads: 1,
});
const figure = (id: string) => figures.find((each) => each.id === id)!;

/** Two sequences with O_FB = G(eta) (1 -+ spread). */
const runsOf = (rates: readonly number[], observable: (rate: number) => number, spread = 0.01) =>
  rates.flatMap((learningRate) =>
    [1 - spread, 1 + spread].map((factor, seed) => ({
      learningRate,
      seed,
      noiseTrace: 1,
      oFB: factor * observable(learningRate),
    })),
  );
const relation = (...options: Parameters<typeof runsOf>) => secondRelation(runsOf(...options));
const rates = [0.003, 0.005, 0.01, 0.05];

describe('O_FB approaches zero', () => {
  it('if nothing remains of it at η = 0', () => {
    expect(vanishing(runsOf(rates, (rate) => 2 * rate)).verdict).toBe('holds');
    expect(vanishing(runsOf(rates, (rate) => rate * (1 + 30 * rate))).verdict).toBe('holds');
    // It falls faster than the rate, and extrapolates below zero.
    expect(vanishing(runsOf(rates, (rate) => rate ** 2 / (rate + 0.003))).verdict).toBe('holds');
  });

  it('not if it is constant, or half of it remains', () => {
    expect(vanishing(runsOf(rates, () => 1)).verdict).toBe('does not hold');
    expect(vanishing(runsOf(rates, (rate) => 0.003 + rate)).verdict).toBe('does not hold');
  });

  it('is undecided if its sequences differ too much, or there are too few runs', () => {
    expect(vanishing(runsOf(rates, (rate) => 2 * rate, 0.5)).verdict).toBe('undecided');
    const single = runsOf([0.003, 0.005, 0.01], (rate) => rate).filter(({ seed }) => seed === 0);
    expect(vanishing(single).verdict).toBe('undecided');
    const short = new Map([[0.005, 'the run is short']]);
    const claim = vanishing(
      runsOf(rates, (rate) => 2 * rate),
      short,
    );
    expect(claim.verdict).toBe('undecided');
    expect(claim.measured).toMatch(/^<O_FB> at η = 0 over that at η = 0.003: .*, undecided because the run is short$/);
  });

  it('finds the remainder of a parabola, from the rates up to ten times the smallest', () => {
    // a = 0.001, a / G(0.003) = 0.001 / (0.001 + 0.006 + 0.0009)
    const parabola = (rate: number) => 0.001 + 2 * rate + 100 * rate ** 2;
    expect(intercept(runsOf(rates, (rate) => (rate === 0.05 ? 7 : parabola(rate)), 0)).mean).toBeCloseTo(1 / 7.9, 9);
    // With two rates a line: G = 0.001 + 2 eta.
    expect(intercept(runsOf([0.003, 0.05], (rate) => 0.001 + 2 * rate, 0)).mean).toBeCloseTo(1 / 7, 9);
    expect(intercept([])).toMatchObject({ low: -Infinity, high: Infinity });
  });
});

describe('O_FB is linear', () => {
  it('if it is so up to 0.01, whatever comes after', () => {
    const straight = relation(rates, (rate) => 2 * rate + (rate > 0.01 ? 9 : 0));
    expect(linear(straight, 0.01).verdict).toBe('holds');
    expect(linear(straight, 0.01).measurements?.map(({ quantity }) => quantity)).toEqual([
      '<O_FB> over the line at η = 0.005',
      '<O_FB> over the line at η = 0.01',
    ]);
  });

  it('not if it bends, and is undecided if the sequences differ by as much', () => {
    // (1 + 100 eta) at 0.01 over 0.003: 2 / 1.3 = 1.54
    const bent = (rate: number) => rate * (1 + 100 * rate);
    expect(linear(relation(rates, bent), 0.01).verdict).toBe('does not hold');
    expect(linear(relation(rates, bent, 0.1), 0.01).verdict).toBe('undecided');
    // The estimates are on the line, but may be anywhere.
    const uncertain = relation(rates, (rate) => rate, 0.05);
    expect(linear(uncertain, 0.01).verdict).toBe('undecided');
    const short = new Map([[0.003, 'the run is short']]);
    expect(
      linear(
        relation(rates, (rate) => rate),
        0.01,
        short,
      ).verdict,
    ).toBe('undecided');
  });

  it('is undecided if the smallest rate, through which the line goes, is alone', () => {
    const alone = relation([0.003, 0.05], (rate) => rate);
    expect(linear(alone, 0.01)).toMatchObject({
      verdict: 'undecided',
      measured:
        '<O_FB> over the line: unknown, undecided because no learning rate but that of the line is 0.01 or less',
    });
  });
});

describe('O_FB is anharmonic', () => {
  const down = [0.0001, 0.0005, 0.001, 0.01];
  const bent = (rate: number) => rate * (1 + 1000 * rate);

  it('if its whole interval is away from the line at 0.001, on either side', () => {
    // 2 / 1.1 = 1.82
    const above = anharmonic(relation(down, bent), 0.001);
    expect(above.verdict).toBe('holds');
    expect(above.measurements?.[0]).toMatchObject({
      quantity: 'distance from 1 of <O_FB> over the line at η = 0.001',
      mean: expect.closeTo(0.818, 3) as unknown,
    });
    const below = anharmonic(
      relation(down, (rate) => rate / (1 + 1000 * rate)),
      0.001,
    );
    expect(below.verdict).toBe('holds');
    // 1.1 / 2 - 1
    expect(below.measurements?.[0]?.mean).toBeCloseTo(0.45, 9);
  });

  it('not if it is on the line, and is undecided where it may be', () => {
    const straight = (rate: number) => rate;
    // With spreads of 0.5 %: 1 +- 0.03
    expect(anharmonic(relation(down, straight, 0.005), 0.001).verdict).toBe('does not hold');
    expect(anharmonic(relation(down, straight, 0.05), 0.001).verdict).toBe('undecided');
    expect(anharmonic(relation([0.0001, 0.01], bent), 0.001).verdict).toBe('undecided');
    const single = runsOf(down, bent).filter(({ seed }) => seed === 0);
    expect(anharmonic(secondRelation(single), 0.001).verdict).toBe('undecided');
    expect(anharmonic(relation(down, bent), 0.001, new Map([[0.001, 'it is short']])).verdict).toBe('undecided');
  });
});

describe('figure 3', () => {
  const stages = (epochs: number) =>
    rates.map((learningRate, index) =>
      completedRun(
        { kind: 'stage', sequence: 1, stage: index + 1 },
        { learningRate, weightDecay: 1 },
        Array.from({ length: epochs }, () => ({ learningRate, oFB: learningRate, gradientNormSquared: learningRate })),
      ),
    );

  it.each([
    ['fig3a', 'For the MLP the full-batch observable is linear in η for η ≤ 0.01.'],
    ['fig3b', 'For the CNN anharmonicity is pronounced even down to η of about 0.001.'],
  ])('%s tests what the protocol says of the landscape', (id, statement) => {
    const runs = stages(20);
    const drawn = drawSecondRelation(figure(id), onlyRuns(...runs));
    expect(drawn.claims.map((claim) => claim.statement)).toEqual([expect.any(String), statement]);
    expect(drawn.caption).not.toContain('Hessian-vector');
    const checked = drawSecondRelation(figure(id), { runs, estimates: [completedEstimate(1, 2)] });
    expect(checked.claims).toHaveLength(3 + rates.length);
    expect(checked.caption).toContain('Hessian-vector');
    expect(checked.panels('light')[0]?.chart.traces).toHaveLength(drawn.panels('light')[0]!.chart.traces.length + 2);
  });

  it('is undecided where its runs are shorter than their relaxation time', () => {
    // tau = 1 / (2 * 0.003) = 167 steps = 16.7 epochs
    const claims = (epochs: number) =>
      drawSecondRelation(figure('fig3a'), { runs: stages(epochs), estimates: [completedEstimate(1, 2)] }).claims;
    const reason = 'the run at η = 0.003 is shorter than its relaxation time (10 of 16.7 epochs)';
    for (const { verdict, measured } of claims(10)) {
      expect(verdict).toBe('undecided');
      expect(measured).toContain(reason);
    }
    // They are long enough, but of one sequence alone.
    for (const { verdict, measured } of claims(20)) {
      expect(verdict).toBe('undecided');
      expect(measured).not.toContain('shorter');
    }
  });
});
