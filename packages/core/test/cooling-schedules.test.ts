import { describe, expect, it } from 'vitest';
import type { Call, Executor } from '@fdr/program';
import { adam } from '../src/optimizers/adam.js';
import { cooldown } from '../src/relations/schedules/cooldown.js';
import { linear } from '../src/relations/schedules/linear.js';
import { wsd } from '../src/relations/schedules/wsd.js';
import type { Schedule } from '../src/relations/schedules/schedule.js';
import { quadraticTask } from '../src/training/quadratic-task.js';
import { train } from '../src/training/trainer.js';
import type { TrainingItem, TrainOptions } from '../src/training/training.js';
import { base, collect, collectSnapshots, column, itemsOf } from './contract/sample-training.js';
import { slowHalfRunningAverage } from './reference/average.js';
import { distance } from './reference/closeness.js';

const M = 20;
const task = quadraticTask({ dimensions: 40, curvature: 1, noise: 1, start: 1, stepsPerEpoch: M });
const options: TrainOptions = { ...base, task, learningRate: 0.4, weightDecay: 0.1, epochs: 7 };

/** The executor of the sample training, and the learning rate of every step that it made. */
function listening(): { readonly executor: Executor; readonly rates: number[] } {
  const rates: number[] = [];
  const { executor } = base;
  const run = async (call: Call, made: Awaited<ReturnType<Executor['prepare']>>) => {
    rates.push(...(call.inputs['learningRate'] ?? []));
    return made.run(call);
  };
  return {
    rates,
    executor: {
      name: executor.name,
      prepare: async (program, constants) => {
        const made = await executor.prepare(program, constants);
        return { run: (call) => run(call, made), dispose: () => made.dispose() };
      },
    },
  };
}

const changes = (items: readonly TrainingItem[]) =>
  itemsOf('event', items).flatMap(({ record }) => (record.type === 'learningRate' ? [record] : []));

/** `count` numbers, by their positions. */
const series = (count: number, value: (index: number) => number): number[] =>
  Array.from({ length: count }, (_, index) => value(index));

/** eta (1 - t / T) of step t. */
const linearRate = (eta: number, t: number, T: number) => eta * (1 - t / T);

/** eta before step T - D, then eta (1 - sqrt((t - T + D) / D)). */
const wsdRate = (eta: number, t: number, T: number, D: number) =>
  t < T - D ? eta : eta * (1 - Math.sqrt((t - T + D) / D));

describe.each<readonly [string, Schedule, (t: number) => number]>([
  ['linear', linear(), (t) => linearRate(0.4, t, 7 * M)],
  // A fifth of 7 epochs is 1.4: one.
  ['wsd', wsd(), (t) => wsdRate(0.4, t, 7 * M, M)],
  ['wsd over half the training', wsd({ decayFraction: 0.5 }), (t) => wsdRate(0.4, t, 7 * M, 4 * M)],
  ['wsd over all of it', wsd({ decayFraction: 1 }), (t) => wsdRate(0.4, t, 7 * M, 7 * M)],
])('the schedule %s', (_, schedule, formula) => {
  it('is its formula at every step, however the steps are cut into segments', async () => {
    const whole = listening();
    const items = await collect(train({ ...options, ...whole, schedule }));
    // Rates are float32.
    expect(whole.rates).toHaveLength(7 * M);
    expect(distance(whole.rates, series(7 * M, formula))).toBeLessThan(1e-7);
    const cut = listening();
    const other = await collect(train({ ...options, ...cut, schedule, segmentSteps: () => 3 }));
    expect(cut.rates).toEqual(whole.rates);
    for (const name of ['loss', 'oL', 'oR', 'oLHalf']) expect(column(name, other)).toEqual(column(name, items));
    expect(items.at(-1)).toEqual({ type: 'end', reason: 'finished', message: 'all epochs are done' });
  });

  it('tells where an epoch begins with another rate or one that will move, and averages anew from there', async () => {
    const items = await collect(train({ ...options, schedule }));
    const expected = series(6, (index) => (index + 1) * M).filter((t) => formula(t + 1) !== formula(t));
    expect(changes(items).map(({ step }) => step)).toEqual(expected);
    for (const { step, to } of changes(items)) {
      expect(distance([to], [formula(step)])).toBeLessThan(1e-12);
      expect(column('oLHalf', items)[step]).toBe(column('oL', items)[step]);
    }
    for (const { record } of itemsOf('epoch', items))
      expect(distance([record.learningRate], [formula(record.step - M)])).toBeLessThan(1e-12);
  });

  it('goes on bit for bit from a snapshot inside an epoch, and ends at once from one at its own end', async () => {
    const cut = { ...options, schedule, segmentSteps: () => 6 };
    const { items, snapshots } = await collectSnapshots(train(cut));
    for (const [index, resume] of snapshots.slice(0, -1).entries()) {
      if (index % 7 !== 0) continue;
      expect(await collect(train({ ...cut, resume }))).toEqual(items.slice(index));
    }
    const more = await collect(train({ ...cut, epochs: 9, resume: snapshots.at(-1) }));
    expect(more).toEqual([{ type: 'end', reason: 'finished', message: 'the learning rate has come down to 0' }]);
  });

  it('is scaled by a rate that is set by hand, which is that of the epoch', async () => {
    const { executor, rates } = listening();
    const training = train({ ...options, executor, schedule, segmentSteps: () => 5 });
    for await (const item of training)
      if (item.type === 'steps' && item.from === 6 * M) training.setLearningRate(0.01, 'c1');
    const scale = 0.01 / formula(6 * M);
    const expected = series(7 * M, (t) => (t < 6 * M + 5 ? 1 : scale) * formula(t));
    expect(distance(rates, expected)).toBeLessThan(1e-7);
  });
});

describe('the cooldown', () => {
  const threshold = 0.05;
  const eta = 0.04;
  const long: TrainOptions = { ...options, learningRate: eta, epochs: 200, schedule: cooldown({ threshold }) };

  it('holds the rate until the rule holds, then cools down over a quarter of the epochs, and ends', async () => {
    const { executor, rates } = listening();
    const items = await collect(train({ ...long, executor }));
    const slowRatio = (from: number, to: number) => {
      const half = (name: string) => slowHalfRunningAverage(column(name, items).slice(from, to), to - from);
      return half('oL') / half('oR');
    };
    let e = 1;
    while (Math.abs(slowRatio(0, e * M) - 1) >= threshold) e++;
    const D = Math.max(1, Math.round(e / 4));
    expect(D).toBeGreaterThan(1);
    const formula = series((e + D) * M, (t) => (t < e * M ? eta : eta * (1 - Math.sqrt((t - e * M) / (D * M)))));
    expect(rates).toHaveLength((e + D) * M);
    expect(distance(rates, formula)).toBeLessThan(1e-7);
    expect(itemsOf('epoch', items)).toHaveLength(e + D);
    expect(items.at(-1)).toEqual({
      type: 'end',
      reason: 'finished',
      message: `the cooldown of ${D} epochs is over: the learning rate is 0`,
    });
    const [first, ...later] = changes(items);
    const ratio = slowRatio(0, e * M);
    expect(first).toMatchObject({ step: e * M, epoch: e, from: eta, to: eta });
    expect(first!.reason).toMatchObject({ rule: 'cooldown', threshold, stepsUsed: (e * M) / 2, epochs: D });
    expect(distance([Number(first!.reason['ratio'])], [ratio])).toBeLessThan(1e-12);
    expect(first!.reason.message).toMatch(
      /^the ratio [01]\.\d+ was within 0\.05 of 1 over the last \d+ steps[,;] [^;]+; a cooldown to 0 begins, over \d+ epochs$/,
    );
    expect(later.map(({ step }) => step)).toEqual(series(D - 1, (index) => (e + index + 1) * M));
    expect(later[0]!.reason.message).toBe(`1 of the cooldown's ${D} epochs had passed`);
    // Each epoch of the cooldown has averages of its own.
    for (const { record } of itemsOf('epoch', items).slice(e))
      expect(distance([record.ratio], [slowRatio(record.step - M, record.step)])).toBeLessThan(1e-12);
  });

  it('goes on bit for bit from before it, from within it and from its end', async () => {
    const cut: TrainOptions = { ...long, schedule: cooldown({ threshold: 0.5 }), segmentSteps: () => 8 };
    const { items, snapshots } = await collectSnapshots(train(cut));
    expect(items.at(-1)).toMatchObject({ reason: 'finished', message: expect.stringMatching(/^the cooldown of /) });
    for (const [index, resume] of snapshots.entries())
      expect(await collect(train({ ...cut, resume }))).toEqual(
        index < items.length ? items.slice(index) : items.slice(-1),
      );
  });

  it('lasts one epoch where the rule holds early, and says so where the training ends before it', () => {
    const { begin, decide, ended, withinEpoch } = cooldown({ threshold: 0.1 });
    const scatter = { total: 0.2, layers: {} };
    const end = { oLHalf: 1, oRHalf: 1, stepsUsed: 300, learningRate: 0.1, layers: {}, trainLoss: 1, scatter };
    const start = begin({ epochs: 12, stepsPerEpoch: 600, learningRate: 0.1 });
    expect(start).toEqual({ state: { epochs: 0, total: 12 }, warnings: [] });
    const early = decide(start.state, end);
    expect(early.state).toEqual({ epochs: 1, total: 12, span: 1, cooled: 0 });
    expect(early.reason).toMatchObject({ scatter: 0.2, message: expect.stringMatching(/within noise/) });
    expect(ended?.(early.state)).toBeUndefined();
    // 1 - sqrt(1/4)
    expect(withinEpoch?.(early.state, 0.25)).toBe(0.5);
    expect(ended?.(decide(early.state, end).state)).toMatch(/^the cooldown of 1 epoch is over/);
    // round(10 / 4) = 3 epochs, and after epoch 10 there are two.
    const late = decide({ epochs: 9, total: 12 }, end);
    expect(late.reason?.message).toMatch(/over 3 epochs, of which the training has 2 left$/);
    // Sides that are not defined decide nothing.
    expect(decide(start.state, { ...end, oRHalf: NaN }).reason).toBeNull();
    expect(begin({ epochs: 1, stepsPerEpoch: 600, learningRate: 0.1 }).warnings[0]).toMatch(/there are 1/);
  });

  it('is refused where the second side of the relation is not defined', () => {
    expect(() => train({ ...options, optimizer: adam(), schedule: cooldown() })).toThrow(
      'schedule must be another one with adam, whose O_R is not defined; found "cooldown"',
    );
  });
});

it.each<readonly [string, () => unknown, string]>([
  ['a decay over nothing', () => wsd({ decayFraction: 0 }), 'decayFraction must be a number in (0, 1]; found 0'],
  ['a decay longer than all', () => wsd({ decayFraction: 1.5 }), 'decayFraction must be a number in (0, 1]; found 1.5'],
  ['a threshold of 1', () => cooldown({ threshold: 1 }), 'threshold must be a number in (0, 1); found 1'],
])('the factories refuse %s', (_, make, message) => {
  expect(make).toThrow(message);
});
