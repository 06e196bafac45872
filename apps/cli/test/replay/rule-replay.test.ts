import { describe, expect, it } from 'vitest';
import type { EventRecord } from '@fdr/records';
import { DEFAULT_CONFIG } from '../../src/options/config-flags.js';
import { replayRule } from '../../src/replay/rule-replay.js';

const RUN = { config: { ...DEFAULT_CONFIG, learningRate: 0.1 }, stepColumns: ['loss', 'oL', 'oR'], stepsPerEpoch: 4 };
const RULE = { schedule: 'equilibrium', threshold: 0.05, decay: 0.5 } as const;

/** Rows of O_R = 1 and the given O_L, one an epoch. */
const rows = (...lefts: number[]) => Float32Array.from(lefts.flatMap((left) => Array(4).fill([9, left, 1]).flat()));
const change = (step: number, from: number, to: number): EventRecord => ({
  ...{ type: 'learningRate', step, epoch: step / 4, time: '2019-05-06T14:30:00.000Z', from, to },
  reason: { rule: 'command', commandId: 'x' },
});
const fired = (events: EventRecord[], ...lefts: number[]) => {
  const replay = replayRule(RUN, events, RULE);
  replay.take(rows(...lefts));
  return replay;
};

describe('a rule over recorded steps', () => {
  it('looks at half-running averages, fires, and begins them anew', () => {
    const { looks, firings } = fired([], 3, 1.5, 1, 1, 2, 2);
    // Steps floor(t/2) < t' <= t: of 12 steps the last 6, which are two of 1.5 and four of 1; of 16 the last 8, all 1.
    const expected = [3, 1.5, (2 * 1.5 + 4) / 6, 1, 2, 2];
    expect(looks.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6]);
    looks.forEach(({ ratio }, index) => expect(ratio).toBeCloseTo(expected[index]!, 12));
    expect(looks.map(({ stepsUsed }) => stepsUsed)).toEqual([2, 4, 6, 8, 2, 4]);
    expect(firings).toMatchObject([{ epoch: 4, step: 16, from: 0.1, to: 0.05, exact: true }]);
  });

  it('is exact once over a constant rate, and hypothetical after that', () => {
    const { firings } = fired([], 1, 1);
    expect(firings.map(({ epoch, to, exact }) => [epoch, to, exact])).toEqual([
      [1, 0.05, true],
      [2, 0.025, false],
    ]);
  });

  it('stays exact for as long as the training did the same', () => {
    const { firings } = fired([change(4, 0.1, 0.05), change(8, 0.05, 0.025)], 1, 1, 1);
    expect(firings.map(({ exact }) => exact)).toEqual([true, true, true]);
    const apart = fired([change(4, 0.1, 0.09)], 1, 1);
    expect(apart.firings.map(({ exact }) => exact)).toEqual([true, false]);
  });

  it('begins the averages anew where the training changed its rate, in an epoch too', () => {
    const { looks } = fired([change(6, 0.1, 0.01)], 3, 3, 5);
    // The second look sees 2 steps since the change, of which 1 counts; the third sees 6, of which the last 3 are 5.
    expect(looks.map(({ stepsUsed }) => stepsUsed)).toEqual([2, 1, 3]);
    expect(looks[2]?.ratio).toBeCloseTo(5, 12);
  });

  it('decides nothing on numbers that are none, and asks for both sides', () => {
    expect(fired([], NaN, NaN).firings).toEqual([]);
    expect(() => replayRule({ ...RUN, stepColumns: ['loss', 'oL'] }, [], RULE)).toThrow('no column oR');
  });

  it('gives the same for steps in any pieces', () => {
    const whole = fired([], 3, 1, 1, 1.02);
    const pieces = replayRule(RUN, [], RULE);
    const all = rows(3, 1, 1, 1.02);
    for (let offset = 0; offset < all.length; offset += 9) pieces.take(all.subarray(offset, offset + 9));
    expect(pieces.looks).toEqual(whole.looks);
    expect(pieces.firings).toEqual(whole.firings);
  });
});
