import { describe, expect, it } from 'vitest';
import type { EpochRecord, EventRecord, ScheduleOptions } from '@fdr/records';
import { replayRule } from '../src/relations/schedules/rule-replay.js';
import { constant } from '../src/relations/schedules/constant.js';
import { equilibrium } from '../src/relations/schedules/equilibrium.js';
import { plateau } from '../src/relations/schedules/plateau.js';
import { RECORDED_CONFIG } from './reference/recorded-config.js';

/** A run of two parameter tensors. */
const RUN = {
  config: RECORDED_CONFIG,
  parameters: ['a', 'b'].map((name) => ({ name, shape: [1] })),
  stepColumns: ['loss', 'oL', 'oR', 'oL/a', 'oR/a', 'oL/b', 'oR/b'],
  stepsPerEpoch: 4,
};
const PAPER = { threshold: 0.05, decay: 0.5 };
const RULE = equilibrium(PAPER);

/** Rows of O_R = 1 and the given O_L, one an epoch; a tensor has half of each. */
const rows = (...lefts: number[]) =>
  Float32Array.from(
    lefts.flatMap((left) =>
      Array(4)
        .fill([9, left, 1, left / 2, 1 / 2, left / 2, 1 / 2])
        .flat(),
    ),
  );
const change = (step: number, from: number, to: number): EventRecord => ({
  type: 'learningRate',
  step,
  epoch: step / 4,
  time: '2019-05-06T14:30:00.000Z',
  from,
  to,
  reason: { rule: 'command', message: 'set by hand', commandId: 'x' },
});
const fired = (events: EventRecord[], ...lefts: number[]) => {
  const replay = replayRule(RUN, { events, epochs: [] }, RULE);
  replay.take(rows(...lefts));
  return replay;
};

describe('a rule over recorded steps', () => {
  it('observes half-running averages, fires, and begins them anew', () => {
    const { observations, firings } = fired([], 3, 1.5, 1, 1, 2, 2);
    // Steps floor(t/2) < t' <= t: of 12 steps the last 6, which are two of 1.5 and four of 1; of 16 the last 8, all 1.
    const expected = [3, 1.5, (2 * 1.5 + 4) / 6, 1, 2, 2];
    expect(observations.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6]);
    observations.forEach(({ ratio }, index) => expect(ratio).toBeCloseTo(expected[index]!, 12));
    expect(observations.map(({ stepsUsed }) => stepsUsed)).toEqual([2, 4, 6, 8, 2, 4]);
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
    const { observations } = fired([change(6, 0.1, 0.01)], 3, 3, 5);
    // The second observation sees 2 steps since the change, of which 1 counts; the third sees 6, of which the last 3 are 5.
    expect(observations.map(({ stepsUsed }) => stepsUsed)).toEqual([2, 1, 3]);
    expect(observations[2]?.ratio).toBeCloseTo(5, 12);
  });

  it('decides nothing on NaN, and needs the columns of both sides and of every tensor', () => {
    expect(fired([], NaN, NaN).firings).toEqual([]);
    const lacking = (...stepColumns: string[]) => () =>
      replayRule({ ...RUN, stepColumns }, { events: [], epochs: [] }, RULE); // prettier-ignore
    expect(lacking('loss', 'oL')).toThrow(
      'stepColumns must be columns that include oR, which the rule reads; found "loss,oL"',
    );
    // The layers are observed whatever the rule reads.
    expect(lacking('loss', 'oL', 'oR', 'oR/a')).toThrow('columns that include oL/a, which the rule reads');
  });

  it('gives the same for steps in any pieces', () => {
    const whole = fired([], 3, 1, 1, 1.02);
    const pieces = replayRule(RUN, { events: [], epochs: [] }, RULE);
    const all = rows(3, 1, 1, 1.02);
    for (let offset = 0; offset < all.length; offset += 3 * 7) pieces.take(all.subarray(offset, offset + 3 * 7));
    expect(pieces.observations).toEqual(whole.observations);
    expect(pieces.firings).toEqual(whole.firings);
  });
});

/** An epoch of which the replay reads the training loss. */
const epochOf = (epoch: number, trainLoss: number): EpochRecord => ({
  epoch,
  step: 4 * epoch,
  learningRate: 0.1,
  lossHalf: 1,
  oLHalf: 1,
  oRHalf: 1,
  ratio: 1,
  layers: {},
  trainLoss,
  trainAccuracy: 0.9,
  testLoss: 1,
  testAccuracy: 0.9,
  gradientNormSquared: 1,
  oFB: 1,
  seconds: 1,
});

describe('a replay under other rules', () => {
  /** Rows of O_R = 1 a tensor, one an epoch for each pair of O_L. */
  const layered = (rule: Partial<ScheduleOptions<'equilibrium'>>, ...lefts: [a: number, b: number][]) => {
    const replay = replayRule(RUN, { events: [], epochs: [] }, equilibrium({ ...PAPER, balance: 'layers', ...rule }));
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

  it('layers: the slowest decides, is named, and stands in each observation', () => {
    // In total both are in balance from the start; after 2 epochs the window holds the second alone.
    const { observations, firings } = layered({}, [1.5, 0.5], [1, 1], [1.5, 0.5]);
    expect(observations.map(({ ratio }) => ratio)).toEqual([1, 1, 1]);
    expect(observations.map(({ layer }) => layer)).toEqual([
      { name: 'a', ratio: 1.5 },
      { name: 'a', ratio: 1 },
      { name: 'a', ratio: 1.5 },
    ]);
    expect(firings).toMatchObject([{ epoch: 2, reason: { layer: 'a', ratio: 1, stepsUsed: 4 } }]);
  });

  it('constant: observes every tensor although it reads none, and never fires', () => {
    const replay = replayRule(RUN, { events: [], epochs: [] }, constant());
    replay.take(rows(1, 3));
    expect(replay.observations.map(({ layer, ratio }) => [layer?.name, ratio])).toEqual([
      ['a', 1],
      ['a', 3],
    ]);
    expect(replay.firings).toEqual([]);
  });

  it('passes, minimum steps and a minimum rate are kept', () => {
    const balanced: [number, number][] = Array(6).fill([1, 1]);
    const epochs = (rule: Partial<ScheduleOptions<'equilibrium'>>) =>
      layered(rule, ...balanced).firings.map(({ epoch }) => epoch);
    expect(epochs({})).toEqual([1, 2, 3, 4, 5, 6]);
    expect(epochs({ passes: 2 })).toEqual([2, 4, 6]);
    // Averages of t steps are means of t/2: 4 of them after two epochs.
    expect(epochs({ minimumSteps: 4 })).toEqual([2, 4, 6]);
    expect(epochs({ minimumLearningRate: 0.03 })).toEqual([1, 2]);
  });

  it('plateau: reads the recorded losses, and decides nothing where one is missing', () => {
    const replayed = (...losses: (number | undefined)[]) => {
      const epochs = losses.flatMap((trainLoss, index) =>
        trainLoss === undefined ? [] : [epochOf(index + 1, trainLoss)],
      );
      const replay = replayRule(RUN, { events: [], epochs }, plateau({ patience: 1, factor: 0.5 }));
      replay.take(rows(...losses.map(() => 1)));
      return replay;
    };
    // best 1; worse 1; worse 2: it fires; best 0.5
    const { observations, firings, warnings } = replayed(1, 1, 1, 0.5);
    expect(observations.map(({ trainLoss }) => trainLoss)).toEqual([1, 1, 1, 0.5]);
    expect(firings).toMatchObject([{ epoch: 3, from: 0.1, to: 0.05, reason: { rule: 'plateau', best: 1, epochs: 2 } }]);
    expect(warnings).toEqual([]);
    expect(replayed(1, 1, undefined, 1).firings).toMatchObject([{ epoch: 4 }]);
    expect(replayed(1, 1).warnings).toEqual([expect.stringContaining('a patience of 1 needs 4 epochs')]);
  });
});
