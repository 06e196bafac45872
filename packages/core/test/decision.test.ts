import type { EventRecord } from '@fdr/records';
// @ts-expect-error: jstat comes without types; the cast below declares what is used.
import jstat from 'jstat';
import { describe, expect, it } from 'vitest';
import { chanceToPass, decisionRows, normalBelow } from '../src/relations/run-verdict/decision.js';

const { normal } = jstat as { normal: { cdf(x: number, mean: number, deviation: number): number } };

describe('the chance of a decision', () => {
  it('is the normal distribution, to 1.5e-7', () => {
    for (let x = -6; x <= 6; x += 0.25)
      expect(Math.abs(normalBelow(x) - normal.cdf(x, 0, 1)), String(x)).toBeLessThan(1.5e-7);
  });

  it('falls as the ratio scatters more, or is further off', () => {
    // P(|N(0, 1)| < 1)
    expect(chanceToPass(0.01, 0.01)).toBeCloseTo(0.6826895, 6);
    expect(chanceToPass(0.01, 0.001)).toBeCloseTo(1, 6);
    expect(chanceToPass(0.01, 0.01, 1.03)).toBeCloseTo(normal.cdf(-2, 0, 1) - normal.cdf(-4, 0, 1), 6);
  });
});

describe('the rows of a decision', () => {
  const change = (layers: object, scatter = 0.04): Extract<EventRecord, { type: 'learningRate' }> => ({
    type: 'learningRate',
    step: 600,
    epoch: 1,
    time: '2026-01-01T00:00:00.000Z',
    from: 0.1,
    to: 0.09,
    reason: { rule: 'equilibrium', message: 'it was', ratio: 0.9986, threshold: 0.01, stepsUsed: 300, scatter },
    layers: layers as never,
  });

  it('tell what was measured, by what chance, by which layer, and what stricter options would have done', () => {
    const rows = new Map(decisionRows(change({ 'a.kernel': { ratio: 0.62, scatter: 0.05 }, 'b.kernel': { ratio: 1, scatter: 0.01 } }))); // prettier-ignore
    expect(rows.get('change')).toBe('0.1 → 0.09');
    expect(rows.get('ratio')).toBe('1.00 ± 0.08 over the last 300 steps, to be within 1 ± 0.01');
    // P(|N| < 1/4), and P(-1 < N < -1/2)
    const [here, off] = [2 * normal.cdf(0.25, 0, 1) - 1, normal.cdf(-0.5, 0, 1) - normal.cdf(-1, 0, 1)];
    expect(rows.get('chance')).toBe(
      `a training in equilibrium passes at ${(100 * here).toFixed(2)} % of such windows, one whose ratio is 1.03 at ${(100 * off).toFixed(2)} %`,
    );
    expect(rows.get('layers')).toBe('slowest a.kernel, 0.62 ± 0.10; 1 outside for certain');
    // 300 * 0.04 / 0.01
    expect(rows.get('other rules')).toBe(
      'with --balance layers it would have waited for a.kernel; with --minimum-steps 1200 it would have waited for a window that tells',
    );
  });

  it('leave out what is not known', () => {
    const byHand = { ...change({}), reason: { rule: 'command', message: 'set by hand' }, layers: undefined };
    expect(decisionRows(byHand as never).map(([name]) => name)).toEqual(['change', 'rule']);
    const layers = { 'a.kernel': { ratio: 1.001, scatter: 0.001 } };
    expect(new Map(decisionRows(change(layers, 0.001))).get('other rules')).toBe(
      'with --balance layers it would have dropped too',
    );
  });
});
