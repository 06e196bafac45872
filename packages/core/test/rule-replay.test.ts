import { describe, expect, it } from 'vitest';
import type { ScheduleChoice } from '@fdr/core';
import type { EventRecord } from '@fdr/records';
import { DEFAULT_CONFIG } from '../../../apps/cli/src/options/config-flags.js';
import { replayRule } from '../src/relations/rule-replay.js';
import { sampleEpoch } from '../../run-store/test/sample.js';

const RUN = {
  config: { ...DEFAULT_CONFIG, learningRate: 0.1 },
  parameters: ['a', 'b'].map((name) => ({ name, shape: [1] })),
  stepColumns: ['loss', 'oL', 'oR'],
  stepsPerEpoch: 4,
};
const RULE = { schedule: 'equilibrium', threshold: 0.05, decay: 0.5 } as const;

/** Rows of O_R = 1 and the given O_L, one an epoch. */
const rows = (...lefts: number[]) => Float32Array.from(lefts.flatMap((left) => Array(4).fill([9, left, 1]).flat()));
const change = (step: number, from: number, to: number): EventRecord => ({
  ...{ type: 'learningRate', step, epoch: step / 4, time: '2019-05-06T14:30:00.000Z', from, to },
  reason: { rule: 'command', commandId: 'x' },
});
const fired = (events: EventRecord[], ...lefts: number[]) => {
  const replay = replayRule(RUN, { events, epochs: [] }, RULE);
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
    expect(() => replayRule({ ...RUN, stepColumns: ['loss', 'oL'] }, { events: [], epochs: [] }, RULE)).toThrow(
      'no column oR',
    );
  });

  it('gives the same for steps in any pieces', () => {
    const whole = fired([], 3, 1, 1, 1.02);
    const pieces = replayRule(RUN, { events: [], epochs: [] }, RULE);
    const all = rows(3, 1, 1, 1.02);
    for (let offset = 0; offset < all.length; offset += 9) pieces.take(all.subarray(offset, offset + 9));
    expect(pieces.looks).toEqual(whole.looks);
    expect(pieces.firings).toEqual(whole.firings);
  });
});

describe('the options of the rules', () => {
  const OF_LAYERS = [...RUN.stepColumns, 'oL/a', 'oR/a', 'oL/b', 'oR/b'];
  /** Rows of O_R = 1 a tensor, one an epoch for each pair of O_L. */
  const layered = (rule: Partial<ScheduleChoice>, ...lefts: [a: number, b: number][]) => {
    const replay = replayRule(
      { ...RUN, stepColumns: OF_LAYERS },
      { events: [], epochs: [] },
      { ...RULE, balance: 'layers', ...rule },
    );
    replay.take(
      Float32Array.from(
        lefts.flatMap(([a, b]) =>
          Array(4)
            .fill([9, a + b, 2, a, 1, b, 1])
            .flat(),
        ),
      ),
    );
    return replay;
  };

  it('layers: the slowest decides, is named, and stands in each look', () => {
    // In total both are in balance from the start; after 2 epochs the window holds the second alone.
    const { looks, firings } = layered({}, [1.5, 0.5], [1, 1], [1.5, 0.5]);
    expect(looks.map(({ ratio }) => ratio)).toEqual([1, 1, 1]);
    expect(looks.map(({ layer }) => layer)).toEqual([
      { name: 'a', ratio: 1.5 },
      { name: 'a', ratio: 1 },
      { name: 'a', ratio: 1.5 },
    ]);
    expect(firings).toMatchObject([{ epoch: 2, reason: { layer: 'a', ratio: 1, stepsUsed: 4 } }]);
  });

  it('passes, minimum steps and a minimum rate are kept', () => {
    const balanced: [number, number][] = Array(6).fill([1, 1]);
    const epochs = (rule: Partial<ScheduleChoice>) => layered(rule, ...balanced).firings.map(({ epoch }) => epoch);
    expect(epochs({})).toEqual([1, 2, 3, 4, 5, 6]);
    expect(epochs({ passes: 2 })).toEqual([2, 4, 6]);
    // Averages of t steps are means of t/2: 4 of them after two epochs.
    expect(epochs({ minimumSteps: 4 })).toEqual([2, 4, 6]);
    expect(epochs({ minimumLearningRate: 0.03 })).toEqual([1, 2]);
  });

  it('layers: asks for the columns of each tensor', () => {
    expect(() => replayRule(RUN, { events: [], epochs: [] }, { ...RULE, balance: 'layers' })).toThrow(
      'the recorded steps have no column oL/a, which the rule looks at',
    );
  });

  it('plateau: looks at the recorded losses, and decides nothing where one is missing', () => {
    const plateau: ScheduleChoice = { ...RULE, schedule: 'plateau', patience: 1, factor: 0.5 };
    const replayed = (...losses: (number | undefined)[]) => {
      const epochs = losses.flatMap((trainLoss, index) =>
        trainLoss === undefined ? [] : [sampleEpoch(index + 1, { trainLoss })],
      );
      const replay = replayRule(RUN, { events: [], epochs }, plateau);
      replay.take(rows(...losses.map(() => 1)));
      return replay;
    };
    // best 1; worse 1; worse 2: it fires; best 0.5
    const { looks, firings, warnings } = replayed(1, 1, 1, 0.5);
    expect(looks.map(({ trainLoss }) => trainLoss)).toEqual([1, 1, 1, 0.5]);
    expect(firings).toMatchObject([{ epoch: 3, from: 0.1, to: 0.05, reason: { rule: 'plateau', best: 1, epochs: 2 } }]);
    expect(warnings).toEqual([]);
    expect(replayed(1, 1, undefined, 1).firings).toMatchObject([{ epoch: 4 }]);
    expect(replayed(1, 1).warnings).toEqual([expect.stringContaining('a patience of 1 asks for 4 epochs')]);
  });
});
