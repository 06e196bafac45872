import { describe, expect, it } from 'vitest';
import { rivalClaims } from '../../src/paper/figures/comparison-claims.js';
import type { CompletedRun } from '../../src/paper/figures/completed-run.js';
import { drawRivals } from '../../src/paper/figures/rivals.js';
import { plan } from '../../src/paper/plan/plan.js';
import { RIVALS } from '../../src/paper/plan/rivals.js';
import { parseScale } from '../../src/paper/plan/scale.js';
import { VARIANT_NAMES, type Variant } from '../../src/paper/plan/variants.js';
import { comparedRun, comparedRuns } from './compared-runs.js';
import { onlyRuns } from './completed-records.js';

const verdicts = (runs: readonly CompletedRun[]) => rivalClaims(runs, 0.2).map(({ verdict }) => verdict);

/** Runs of three seeds that first reach 97 % at an epoch, and end there. */
const reaching = (variant: Variant, ...epochs: readonly number[]): CompletedRun[] =>
  epochs.map((epoch, index) =>
    comparedRun(
      variant,
      index + 1,
      Array.from({ length: 20 }, (_, at) => (at + 1 >= epoch ? 0.97 : 0.5)),
    ),
  );

describe('the claims of figure 5', () => {
  it.each([
    ['above', [97.4, 97.41, 97.42], 'holds'],
    ['below', [96.8, 96.79, 96.81], 'does not hold'],
    ['about as high', [97, 97.05, 96.95], 'undecided'],
  ])('larger drops that end %s', (_, percents, verdict) => {
    expect(verdicts([...comparedRuns('adaptive', 97, 97, 97), ...comparedRuns('halving', ...percents)])[0]).toBe(
      verdict,
    );
  });

  it.each([
    ['sooner by ten epochs', [6, 7, 5], 'holds'],
    ['later', [19, 19, 20], 'does not hold'],
    ['sooner with some seeds', [4, 16, 16], 'undecided'],
    ['never', [99, 99, 99], 'does not hold'],
  ])('Schedule-Free SGD that gets there %s', (_, epochs, verdict) => {
    expect(verdicts([...reaching('adaptive', 16, 16, 16), ...reaching('schedule-free', ...epochs)])[1]).toBe(verdict);
  });

  it.each([
    ['close', [97.05, 97, 96.95], 'holds'],
    ['half a point below', [96.5, 96.51, 96.49], 'does not hold'],
    ['lower by about the tolerance', [96.75, 96.8, 96.85], 'undecided'],
  ])('the adaptive schedule and the cooldown that end %s', (_, percents, verdict) => {
    const runs = [
      ...comparedRuns('adaptive', ...percents),
      ...comparedRuns('cosine', 97, 97, 97),
      ...comparedRuns('cooldown', ...percents),
      ...comparedRuns('wsd', 97, 97, 97),
    ];
    expect(verdicts(runs).slice(2)).toEqual([verdict, verdict]);
  });

  it('are undecided with one seed, and without any run', () => {
    expect(verdicts(RIVALS.flatMap((variant) => comparedRuns(variant, 97)))).toEqual(Array(4).fill('undecided'));
    expect(verdicts([])).toEqual(Array(4).fill('undecided'));
  });
});

describe('figure 5', () => {
  const [figure] = plan({
    figures: ['fig5'],
    models: ['mlp'],
    scale: parseScale('0.1'),
    backend: 'onnx',
    threads: 1,
  }).figures;

  const drawn = (runs: readonly CompletedRun[]) => drawRivals(figure!, onlyRuns(...runs));

  it('trains every rival from every initialization, each configuration another one', () => {
    expect(figure?.runs).toHaveLength(5 * RIVALS.length);
    expect(new Set(figure?.jobs.map(({ key }) => key)).size).toBe(5 * RIVALS.length);
  });

  it('says who wins, and who cannot be told from it', () => {
    const { caption, tables } = drawn([
      ...comparedRuns('adaptive', 97, 97.1, 97.2),
      ...comparedRuns('cosine', 98, 98.1, 98.2),
      ...comparedRuns('dog', 98, 98.15, 97.9),
    ]);
    expect(caption).toContain(
      'The highest test accuracy in the end, 98.10 %, is that of cosine; not told from it: DoG.',
    );
    expect(caption).toContain('Without a run that was completed: adaptive, X = 0.01, Y = 0.5; stationary');
    expect(tables[0]?.table.rows.map(([name]) => name)).toEqual(
      ['cosine', 'dog', 'adaptive'].map((name) => VARIANT_NAMES[name as Variant]),
    );
    // 1 point below the first, seed by seed.
    expect(tables[0]?.table.rows[2]?.slice(6, 9)).toEqual([1, 1, 1].map((one) => expect.closeTo(one, 9) as unknown));
  });

  it('draws the mean over seeds with its interval, against epochs and against seconds', () => {
    const [, accuracy, , againstSeconds] = drawn(comparedRuns('adaptive', 97, 97.1, 97.2)).panels('light');
    const [interval, mean] = accuracy?.chart.traces ?? [];
    expect(mean?.curve.at(-1)).toMatchObject({ x: 2, low: expect.closeTo(0.971, 9) as unknown });
    // 4.303 * 0.1 / sqrt(3) points.
    expect(interval?.curve.at(-1)?.low).toBeCloseTo(0.971 - 0.002484, 5);
    expect(againstSeconds?.chart.traces[1]?.curve.map(({ x }) => x)).toEqual([1, 2]);
  });

  it('keeps a run that has ended where it is', () => {
    const runs = [comparedRun('adaptive', 1, [0.5, 0.9]), comparedRun('adaptive', 2, [0.5, 0.7, 0.7, 0.7])];
    const [, accuracy] = drawn(runs).panels('light');
    expect(accuracy?.chart.traces.at(-1)?.curve.map(({ low }) => low)).toEqual(
      [0.5, 0.8, 0.8, 0.8].map((one) => expect.closeTo(one, 9) as unknown),
    );
  });
});
