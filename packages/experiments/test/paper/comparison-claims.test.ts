import { describe, expect, it } from 'vitest';
import { drawAdam, drawAggressive, drawComparison } from '../../src/paper/figures/comparison.js';
import {
  comparable,
  degraded,
  marginallyBetter,
  outperforming,
  sooner,
} from '../../src/paper/figures/comparison-claims.js';
import { finalAccuracy, finalMean, lastEpochs } from '../../src/paper/figures/seeds.js';
import { plan } from '../../src/paper/plan/plan.js';
import { parseScale } from '../../src/paper/plan/scale.js';
import { comparedRun, comparedRuns } from './compared-runs.js';
import { completedRun, onlyRuns } from './completed-records.js';

it('the accuracy of a run is the mean of its last tenth, of one epoch at least', () => {
  expect([1, 4, 14, 15, 100, 250].map(lastEpochs)).toEqual([1, 1, 1, 2, 10, 25]);
  const accuracies = [...Array.from({ length: 18 }, () => 0.1), 0.6, 0.8];
  expect(finalAccuracy(comparedRun('preset', 1, accuracies).records)).toBeCloseTo(0.7, 12);
  expect(finalAccuracy({ epochs: [] })).toBeNaN();
});

it('where an average of the parameters is kept, it is what is evaluated', () => {
  const average = { steps: 1, trainLoss: 0.2, trainAccuracy: 1, testLoss: 0.2, testAccuracy: 0.9 };
  const { records } = completedRun({ kind: 'comparison', variant: 'tail' }, {}, [{ testAccuracy: 0.5, average }]);
  expect(finalAccuracy(records)).toBe(0.9);
  expect(finalMean(records, 'trainLoss')).toBe(0.2);
});

describe('the claims of figure 4', () => {
  const preset = comparedRuns('preset', 97.39, 97.3, 97.5);

  // Differences of -0.05, 0.01, 0.01: -0.01 +- 4.303 * 0.02 = +- 0.086.
  it.each([
    ['close', [97.34, 97.31, 97.51], 'holds'],
    ['higher', [98.34, 98.31, 98.51], 'holds'],
    ['lower by a point', [96.34, 96.31, 96.51], 'does not hold'],
    ['lower by about the tolerance', [97.2, 97.12, 97.28], 'undecided'],
    ['close but scattered', [97.1, 97.5, 97.6], 'undecided'],
    ['not a number', [NaN, 97.31, 97.51], 'undecided'],
  ])('adaptive accuracies that are %s: comparable %s', (_, percents, verdict) => {
    expect(comparable([...preset, ...comparedRuns('adaptive', ...percents)], 0.2).verdict).toBe(verdict);
  });

  it('compare seed by seed: what all runs of a seed share is no uncertainty', () => {
    // Seeds differ by 2 points, the schedules by 0.30, 0.31, 0.32.
    const runs = [...comparedRuns('adaptive', 95.3, 96.31, 97.32), ...comparedRuns('amsgrad', 95, 96, 97)];
    const claim = outperforming(runs, 0.2);
    expect(claim.verdict).toBe('holds');
    // 4.303 * 0.01 / sqrt(3)
    expect(claim.measurements?.[0]).toMatchObject({
      mean: expect.closeTo(0.31, 9) as unknown,
      low: expect.closeTo(0.31 - 0.02484, 4) as unknown,
    });
    // A seed without a partner is left out.
    expect(outperforming([...runs, comparedRun('amsgrad', 9, [0.5])], 0.2)).toEqual(claim);
  });

  it.each([
    ['much', [96.8, 96.9, 97], 'holds'],
    ['less than the tolerance', [96.1, 96.11, 96.12], 'does not hold'],
    ['too little for its scatter', [96.2, 96.6, 96.4], 'undecided'],
  ])('adaptive accuracies that are higher by %s: outperforming %s', (_, percents, verdict) => {
    const runs = [...comparedRuns('adaptive', ...percents), ...comparedRuns('amsgrad', 96, 96, 96)];
    expect(outperforming(runs, 0.2).verdict).toBe(verdict);
  });

  it('are undecided with one seed or none, and say so', () => {
    const one = comparable([...comparedRuns('adaptive', 97.4), ...comparedRuns('preset', 97.4)], 0.2);
    expect(one.verdict).toBe('undecided');
    expect(one.measured).toBe(
      'points by which adaptive, X = 0.01, Y = 0.1 is above preset (97.40 % and 97.40 %, one seed): 0 (interval unknown), ' +
        'undecided because one seed says nothing of how far seeds differ',
    );
    expect(comparable(preset, 0.2)).toMatchObject({
      verdict: 'undecided',
      measured: expect.stringContaining('0 seeds'),
    });
  });

  it('are undecided while the rule has not fired, or the run is shorter than its relaxation time', () => {
    const adaptive = (options: Parameters<typeof comparedRun>[3]) =>
      [1, 2, 3].map((seed) => comparedRun('adaptive', seed, [0.1, 0.974], seed === 2 ? options : {}));
    const claimWith = (options: Parameters<typeof comparedRun>[3]) =>
      comparable([...adaptive(options), ...comparedRuns('preset', 97.4, 97.4, 97.4)], 0.2);
    expect(claimWith({}).verdict).toBe('holds');
    const waiting = claimWith({ firedAt: [] });
    expect(waiting.verdict).toBe('undecided');
    expect(waiting.measured).toContain('the adaptive rule has not lowered the learning rate with seed 2');
    // A person may lower it too.
    expect(claimWith({ rule: 'command' })).toEqual(waiting);
    const short = claimWith({ weightDecay: 0.1 });
    expect(short.verdict).toBe('undecided');
    expect(short.measured).toContain('shorter than its relaxation time (2 of 5 epochs)');
  });
});

describe('the claim of figure S1', () => {
  const adam = comparedRuns('adam', 97, 97, 97);
  it.each([
    ['a little', [97.02, 97.03, 97.04], 'holds'],
    ['nothing', [97, 97, 97], 'does not hold'],
    ['something negative', [96.9, 96.92, 96.94], 'does not hold'],
    ['anything', [96.9, 97.1, 97.3], 'undecided'],
  ])('AMSGrad is better by %s: %s', (_, percents, verdict) => {
    expect(marginallyBetter([...adam, ...comparedRuns('amsgrad', ...percents)]).verdict).toBe(verdict);
  });
});

describe('the claims of figure S2', () => {
  const path = (variant: 'adaptive' | 'aggressive', ...paths: number[][]) =>
    paths.map((accuracies, index) => comparedRun(variant, index + 1, accuracies));
  // 95 % of 0.8 is 0.76, which it reaches after 5 epochs.
  const slow = path('adaptive', ...Array.from({ length: 3 }, () => [0.2, 0.4, 0.4, 0.5, 0.8, 0.8]));

  it.each([
    // 3, 3, 3 epochs sooner
    [
      'sooner',
      [
        [0.2, 0.77, 0.7],
        [0.2, 0.77, 0.7],
        [0.2, 0.78, 0.7],
      ],
      'holds',
    ],
    // 4, 3, 3: 3.33 +- 4.303 / 3 = 1.43
    ['sooner', [[0.8], [0.2, 0.77], [0.2, 0.77]], 'holds'],
    // 4, 2, 3: 3 +- 4.303 / sqrt(3) = 2.48
    ['sooner, but scattered', [[0.8], [0.2, 0.2, 0.77], [0.2, 0.77]], 'undecided'],
    ['one epoch sooner', Array.from({ length: 3 }, () => [0.2, 0.2, 0.2, 0.77]), 'does not hold'],
    ['as late', Array.from({ length: 3 }, () => [0.2, 0.2, 0.4, 0.4, 0.77]), 'does not hold'],
    ['never', Array.from({ length: 3 }, () => [0.2, 0.2, 0.2, 0.2, 0.2, 0.2]), 'does not hold'],
    ['now sooner, now never', [[0.8], [0.2, 0.2, 0.2, 0.2, 0.2, 0.2], [0.8]], 'undecided'],
  ])('the goal is reached %s: %j, %s', (_, paths, verdict) => {
    expect(sooner([...slow, ...path('aggressive', ...paths)]).verdict).toBe(verdict);
  });

  it.each([
    ['worse', [0.7, 0.71, 0.7], 'holds'],
    ['worse by less than is comparable', [0.798, 0.799, 0.798], 'does not hold'],
    ['scattered', [0.7, 0.8, 0.81], 'undecided'],
  ])('the accuracy at the end is %s: degraded %s', (_, ends, verdict) => {
    const aggressive = ends.map((end, index) => comparedRun('aggressive', index + 1, [0.2, end]));
    expect(degraded([...slow, ...aggressive], 0.5).verdict).toBe(verdict);
  });

  it('are undecided with one seed', () => {
    const runs = [slow[0]!, ...path('aggressive', [0.8, 0.8])];
    expect([sooner(runs).verdict, degraded(runs, 0.5).verdict]).toEqual(['undecided', 'undecided']);
  });
});

describe('the drawings of figures 4, S1 and S2', () => {
  const scale = parseScale('paper');
  const { figures } = plan({
    figures: ['fig4', 'figS1', 'figS2'],
    models: ['cnn'],
    scale,
    backend: 'auto',
    threads: 1,
  });
  const figure = (id: string) => figures.find((each) => each.id === id)!;
  const runs = (['preset', 'adaptive', 'aggressive', 'amsgrad', 'adam'] as const).flatMap((variant) =>
    comparedRuns(variant, 70, 71, 72),
  );

  it('show every seed and list the first: mean and interval over seeds stand in a table', () => {
    const drawn = drawComparison(figure('fig4b'), onlyRuns(...runs));
    const [rates, losses] = drawn.panels('light');
    expect(losses?.legend).toEqual(['preset', 'adaptive, X = 0.01, Y = 0.1', 'AMSGrad']);
    expect(losses?.chart.traces.map(({ name }) => name).slice(0, 3)).toEqual([
      'preset',
      'preset, seed 2',
      'preset, seed 3',
    ]);
    expect(losses?.chart.traces.map(({ opacity }) => opacity).slice(0, 3)).toEqual([undefined, 0.4, 0.4]);
    expect(rates?.chart.traces).toHaveLength(9);
    // 71 +- 4.303 * 1 / sqrt(3)
    expect(drawn.tables[0]?.table.rows[0]).toEqual([
      'preset',
      3,
      71,
      expect.closeTo(68.516, 3),
      expect.closeTo(73.484, 3),
    ]);
    expect(drawn.tables[1]?.table.rows.map(([, seed]) => seed)).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3]);
    expect(drawn.claims.map(({ verdict }) => verdict)).toEqual(['holds', 'does not hold']);
    expect(drawAdam(figure('figS1b'), onlyRuns(...runs)).claims.map(({ verdict }) => verdict)).toEqual([
      'does not hold',
    ]);
  });

  it('of figure S2 show one initialization, and compare all', () => {
    const drawn = drawAggressive(figure('figS2a'), onlyRuns(...runs));
    expect(drawn.panels('light')[1]?.chart.traces).toHaveLength(3);
    expect(drawn.claims.map(({ measured }) => measured)).toEqual([
      expect.stringContaining('3 seeds'),
      expect.stringContaining('3 seeds'),
    ]);
    const withoutAdaptive = runs.filter(({ role }) => role.kind === 'comparison' && role.variant !== 'adaptive');
    expect(drawAggressive(figure('figS2b'), onlyRuns(...withoutAdaptive)).claims).toEqual([]);
  });
});
