import { eventRecord } from '@fdr/records';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Executable, Executor } from '@fdr/program';
import { ratioScatter } from '../src/relations/ratio-scatter.js';
import { constant } from '../src/relations/schedules/constant.js';
import { cosine } from '../src/relations/schedules/cosine.js';
import { equilibrium } from '../src/relations/schedules/equilibrium.js';
import { plateau } from '../src/relations/schedules/plateau.js';
import { step } from '../src/relations/schedules/step.js';
import { quadraticTask } from '../src/training/quadratic-task.js';
import { train } from '../src/training/trainer.js';
import type { TrainingItem, TrainOptions } from '../src/training/training.js';
import { base, collect, collectSnapshots, column, itemsOf } from './contract/sample-training.js';
import { slowHalfRunningAverage } from './reference/average.js';
import { distance } from './reference/closeness.js';

const task = quadraticTask({ dimensions: 40, curvature: 1, noise: 1, start: 1, stepsPerEpoch: 20 });
const { executor } = base;
/** The scatter of the ratio over the later half of these steps, of sums that are taken one by one. */
function scatterOf(oL: readonly number[], oR: readonly number[]): number {
  const begin = Math.floor(oL.length / 2);
  const blocks = Math.min(16, oL.length - begin);
  const ends = Array.from({ length: blocks + 1 }, (_, block) => Math.round((block * (oL.length - begin)) / blocks));
  const sums = (side: readonly number[]) =>
    Float64Array.from(ends, (end) => side.slice(begin, begin + end).reduce((sum, value) => sum + value, 0));
  return ratioScatter(sums(oL), sums(oR)) ?? NaN;
}
const rates = (items: readonly TrainingItem[]) => itemsOf('epoch', items).map(({ record }) => record.learningRate);

describe('the equilibrium schedule in a training', () => {
  const threshold = 0.05;
  const options: TrainOptions = {
    ...base,
    task,
    learningRate: 0.4,
    weightDecay: 0.1,
    epochs: 60,
    schedule: equilibrium({ threshold, decay: 0.5 }),
  };

  it('drops exactly when the rule holds, records why, and restarts the averages', async () => {
    const items = await collect(train(options));
    let drops = 0;
    let start = 0;
    let learningRate = 0.4;
    items.forEach((item, index) => {
      if (item.type !== 'epoch') return;
      const { record } = item;
      expect(record.learningRate).toBe(learningRate);
      const since = (name: string) => column(name, items).slice(start);
      const t = record.step - start;
      const ratio = slowHalfRunningAverage(since('oL'), t) / slowHalfRunningAverage(since('oR'), t);
      expect(distance([record.ratio], [ratio])).toBeLessThan(1e-12);
      const next = items[index + 1];
      if (Math.abs(ratio - 1) >= threshold) {
        expect(next?.type).not.toBe('event');
        return;
      }
      expect(next).toEqual({
        type: 'event',
        record: {
          type: 'learningRate',
          step: record.step,
          epoch: record.epoch,
          from: learningRate,
          to: learningRate / 2,
          reason: {
            rule: 'equilibrium',
            message: expect.stringMatching(
              /^the ratio [01]\.\d+ was within 0\.05 of 1 over the last \d+ steps[;,] .*it scatters by/,
            ),
            ratio: record.ratio,
            threshold,
            stepsUsed: t / 2,
            scatter: expect.closeTo(scatterOf(since('oL').slice(0, t), since('oR').slice(0, t)), 12),
          },
          layers: { position: { ratio: record.layers['position']!.ratio, scatter: expect.any(Number) } },
        },
      });
      drops++;
      learningRate /= 2;
      start = record.step;
      // The first value after a restart is its own average.
      if (start < 60 * 20) expect(column('oLHalf', items)[start]).toBe(column('oL', items)[start]);
    });
    expect(drops).toBeGreaterThan(2);
    expect(drops).toBeLessThan(60);
  });

  it('tells the scatter of its ratios, and warns, to the same bit where it is resumed', async () => {
    const short = {
      ...options,
      epochs: 16,
      schedule: equilibrium({ threshold: 0.15, decay: 0.5 }),
      segmentSteps: () => 7,
    };
    const { items, snapshots } = await collectSnapshots(train(short));
    const records = itemsOf('event', items).map(({ record }) => record);
    const scatters = records.flatMap((record) => (record.type === 'learningRate' ? [record.reason['scatter']] : []));
    expect(scatters.filter((scatter) => typeof scatter === 'number').length).toBeGreaterThan(1);
    // One warning, though more than one change is within noise.
    expect(scatters.filter((scatter) => Number(scatter) > 0.15).length).toBeGreaterThan(1);
    const warnings = records.filter((record) => record.type === 'warning');
    expect(warnings.map(({ message }) => message)).toEqual([expect.stringMatching(/^the threshold 0.15 is below/)]);
    for (let index = 5; index < items.length; index += 9)
      expect(await collect(train({ ...short, resume: snapshots[index] }))).toEqual(items.slice(index));
  });

  it('is changed by commands between items, each recorded with its id', async () => {
    const training = train({ ...options, epochs: 3, segmentSteps: () => 5 });
    const items: TrainingItem[] = [];
    for await (const item of training) {
      items.push(item);
      if (item.type === 'steps' && item.from === 5) training.setLearningRate(0.01, 'c1');
      if (item.type === 'steps' && item.from === 25) training.setSchedule(step({ everyEpochs: 2 }), 'c2');
    }
    expect(items.find((item) => item.type === 'event')).toEqual({
      type: 'event',
      record: {
        type: 'learningRate',
        step: 10,
        epoch: 0,
        from: 0.4,
        to: 0.01,
        reason: { rule: 'command', message: 'set by hand', commandId: 'c1' },
      },
    });
    // The averages begin again, and the first epoch's record holds the ten steps since.
    expect(column('lossHalf', items)[10]).toBe(column('loss', items)[10]);
    const record = itemsOf('epoch', items)[0]!.record;
    expect(distance([record.lossHalf], [slowHalfRunningAverage(column('loss', items).slice(10, 20), 10)])).toBeLessThan(
      1e-12,
    );
    expect(distance([record.layers['position']!.ratio], [record.ratio])).toBeLessThan(1e-12);
    expect(itemsOf('event', items).map((item) => item.record)).toContainEqual({
      type: 'schedule',
      step: 30,
      epoch: 1,
      schedule: { kind: 'step', everyEpochs: 2, divisor: 10, minimumLearningRate: 0 },
      commandId: 'c2',
    });
    expect(() => training.setLearningRate(0, 'c3')).toThrow(
      'learningRate must be a number in [1e-12, 1000000000000]; found 0',
    );
    expect(() => training.setSchedule(step(), 'c4')).not.toThrow();
    expect(() => training.setSchedule(equilibrium({ threshold: 0 }), 'c5')).toThrow(/threshold/);
  });

  it('lets a segment end at the rate it began with when a command comes in the middle', async () => {
    const duringRuns = (command: () => void): Executor => ({
      name: 'interrupted',
      prepare: async (program, constants) => {
        const executable = await executor.prepare(program, constants);
        const run: Executable['run'] = (call) => {
          command();
          return executable.run(call);
        };
        return { ...executable, run };
      },
    });
    let runs = 0;
    const interrupted = train({
      ...options,
      epochs: 1,
      segmentSteps: () => 10,
      executor: duringRuns(() => {
        if (++runs === 1) interrupted.setLearningRate(0.01, 'early');
      }),
    });
    const items = await collect(interrupted);
    const undisturbed = await collect(train({ ...options, epochs: 1, segmentSteps: () => 10 }));
    expect(items.map(({ type }) => type)).toEqual(['steps', 'event', 'steps', 'epoch', 'end']);
    expect(items[0]).toEqual(undisturbed[0]);
    expect(items[1]).toMatchObject({ record: { type: 'learningRate', step: 10, from: 0.4, to: 0.01 } });
    expect(column('lossHalf', items)[10]).toBe(column('loss', items)[10]);
  });

  it('lets the slowest layer decide where it is asked to', async () => {
    const layers = equilibrium({ threshold: 0.2, decay: 0.5, balance: 'layers' });
    const network: TrainOptions = { ...base, learningRate: 0.3, weightDecay: 0.1, epochs: 40 };
    const items = await collect(train({ ...network, schedule: layers }));
    // The total alone would have dropped at other ends.
    const total = await collect(train({ ...network, schedule: equilibrium({ threshold: 0.2, decay: 0.5 }) }));
    expect(rates(total)).not.toEqual(rates(items));
    const changed = itemsOf('event', items).flatMap(({ record }) => (record.type === 'learningRate' ? [record] : []));
    expect(changed.length).toBeGreaterThan(0);
    for (const { record } of itemsOf('epoch', items)) {
      const distances = Object.values(record.layers).map(({ ratio }) => Math.abs(ratio - 1));
      const change = changed.find(({ epoch }) => epoch === record.epoch);
      expect(change !== undefined).toBe(Math.max(...distances) < 0.2);
      if (!change) continue;
      expect(change.from).toBe(record.learningRate);
      expect(change.reason.rule).toBe('equilibrium');
      const { layer, ratio } = change.reason;
      expect(record.layers[String(layer)]!.ratio).toBe(ratio);
      expect(Math.abs(Number(ratio) - 1)).toBe(Math.max(...distances));
    }
  });
});

describe('the other schedules in a training', () => {
  const of20: TrainOptions = { ...base, task, learningRate: 0.4, epochs: 20 };

  it('cosine ends with the training, also when it is chosen in the middle', async () => {
    const whole = rates(await collect(train({ ...of20, schedule: cosine() })));
    const closed = whole.map((_, epoch) => 0.2 * (1 + Math.cos((Math.PI * epoch) / 20)));
    expect(distance(whole, closed)).toBeLessThan(1e-14);
    const training = train(of20);
    const late: TrainingItem[] = [];
    for await (const item of training) {
      late.push(item);
      if (item.type === 'epoch' && item.record.epoch === 10) training.setSchedule(cosine(), 'c1');
    }
    const half = Array.from({ length: 10 }, (_, epoch) => 0.2 * (1 + Math.cos((Math.PI * epoch) / 10)));
    expect(distance(rates(late), [...Array<number>(10).fill(0.4), ...half])).toBeLessThan(1e-14);
  });

  it('plateau watches the training loss of the records', async () => {
    const items = await collect(train({ ...of20, schedule: plateau({ patience: 2 }) }));
    let [best, worse, learningRate] = [Infinity, 0, 0.4];
    for (const { record } of itemsOf('epoch', items)) {
      expect(record.learningRate).toBe(learningRate);
      worse = record.trainLoss < best * (1 - 1e-4) ? 0 : worse + 1;
      if (worse === 0) best = record.trainLoss;
      if (worse > 2) [worse, learningRate] = [0, 0.1 * learningRate];
    }
    const changes = itemsOf('event', items).filter(({ record }) => record.type === 'learningRate');
    expect(changes.length).toBeGreaterThan(1);
    for (const { record } of changes)
      z.encode(eventRecord, { ...record, time: '2020-01-01T00:00:00Z' } as z.infer<typeof eventRecord>);
  });

  it('a schedule set by a command begins anew, over the epochs that are left, and warns of them', async () => {
    const training = train({ ...of20, epochs: 5, schedule: constant() });
    const items: TrainingItem[] = [];
    for await (const item of training) {
      items.push(item);
      if (item.type === 'epoch' && item.record.epoch === 1) training.setSchedule(step({ everyEpochs: 2 }), 'c1');
      if (item.type === 'epoch' && item.record.epoch === 4) training.setSchedule(step({ everyEpochs: 3 }), 'c2');
    }
    expect(distance(rates(items), [0.4, 0.4, 0.4, 0.04, 0.04])).toBeLessThan(1e-15);
    const warned = itemsOf('event', items).flatMap(({ record }) => (record.type === 'warning' ? [record.message] : []));
    expect(warned).toEqual([expect.stringMatching(/^a drop after 3 epochs needs 4 epochs and there are 1/)]);
  });
});
