import * as tf from '@tensorflow/tfjs';
import { epochRecord, eventRecord } from '@fdr/records';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { mlp } from '../src/models/mlp.js';
import { classificationTask } from '../src/training/classification-task.js';
import { eagerExecutor } from '../src/training/eager.js';
import { quadraticTask } from '../src/training/quadratic-task.js';
import type { Executable, Executor } from '../src/program.js';
import type { Snapshot } from '../src/training/snapshot.js';
import { train } from '../src/training/trainer.js';
import type { TrainingItem, TrainOptions } from '../src/training/training.js';
import { SAMPLE_WIDTHS, sampleImages } from './contract/sample-images.js';
import { slowHalfRunningAverage } from './reference/average.js';
import { distance } from './reference/closeness.js';

const executor = eagerExecutor('cpu');
const images = classificationTask({ model: mlp(SAMPLE_WIDTHS), data: sampleImages(64, 23), batchSize: 6 });
const base: TrainOptions = {
  ...{ task: images, executor, learningRate: 0.1, momentum: 0, dampening: 0, weightDecay: 0.01, epochs: 3, seed: 1 },
  schedule: { schedule: 'constant', threshold: 0.01, decay: 0.1 },
};

async function all(training: AsyncIterable<TrainingItem>): Promise<TrainingItem[]> {
  const items: TrainingItem[] = [];
  for await (const item of training) items.push(item);
  return items;
}
const of = <Type extends TrainingItem['type']>(type: Type, items: readonly TrainingItem[]) =>
  items.filter((item): item is Extract<TrainingItem, { type: Type }> => item.type === type);
/** One column of all rows. */
function column(name: string, items: readonly TrainingItem[]): number[] {
  return of('steps', items).flatMap(({ columns, rows }) => {
    const place = columns.indexOf(name);
    return Array.from({ length: rows.length / columns.length }, (_, row) => rows[row * columns.length + place]!);
  });
}
/** What would go to disk and come back. */
const stored = (snapshot: Snapshot): Snapshot => ({
  tensors: structuredClone(snapshot.tensors),
  state: JSON.parse(JSON.stringify(snapshot.state)) as Snapshot['state'],
});

describe('a training', () => {
  it('tells its warnings, then segments and epochs in order, then its end', async () => {
    const items = await all(train({ ...base, epochs: 2, segmentSteps: () => 4 }));
    // 64 examples in batches of 6: ten steps and four examples left over.
    expect(items.map((item) => (item.type === 'steps' ? `${item.from}` : item.type))).toEqual(
      'event 0 4 8 epoch 10 14 18 epoch end'.split(' '),
    );
    expect(items[0]).toEqual({
      type: 'event',
      record: {
        ...{ type: 'warning', step: 0, epoch: 0 },
        message: 'batch size 6 does not divide 64: 4 examples of each shuffle are left out',
      },
    });
    expect(items.at(-1)).toEqual({ type: 'end', reason: 'finished' });
  });

  it('gives records that the house can store', async () => {
    const items = await all(train({ ...base, schedule: { schedule: 'equilibrium', threshold: 0.9, decay: 0.5 } }));
    for (const { record } of of('epoch', items)) z.encode(epochRecord, { ...record, seconds: 0 });
    expect(of('event', items).length).toBeGreaterThan(1);
    for (const { record } of of('event', items)) {
      // Spreading a union needs one word for the compiler; the schema judges it anyway.
      z.encode(eventRecord, { ...record, time: '2020-01-01T00:00:00Z' } as z.infer<typeof eventRecord>);
    }
  });

  it('names its columns in order, velocity only with momentum', () => {
    const plain = ['loss', 'lossHalf', 'oL', 'oLHalf', 'oR', 'oRHalf'];
    const perTensor = ['dense1', 'dense2', 'dense3'].flatMap((layer) =>
      ['kernel', 'bias'].flatMap((part) => [`oL/${layer}.${part}`, `oR/${layer}.${part}`]),
    );
    expect(train(base).stepColumns).toEqual([...plain, ...perTensor]);
    expect(train({ ...base, momentum: 0.9 }).stepColumns).toEqual([...plain, 'vDotGradient', ...perTensor]);
    expect(train(base).parameters[0]).toEqual({ name: 'dense1.kernel', shape: [12, 8] });
  });

  it('records averages that anyone can compute again from the rows', async () => {
    const items = await all(train({ ...base, momentum: 0.9, dampening: 0.3, segmentSteps: () => 3 }));
    for (const name of ['loss', 'oL', 'oR']) {
      const values = column(name, items);
      const halves = values.map((_, index) => slowHalfRunningAverage(values, index + 1));
      expect(distance(column(`${name}Half`, items), halves)).toBeLessThan(1e-7);
    }
    const totals = column('oL', items);
    const kernels = images.objective.parameters.map(({ name }) => column(`oL/${name}`, items));
    const summed = totals.map((_, row) => kernels.reduce((sum, values) => sum + values[row]!, 0));
    expect(distance(totals, summed)).toBeLessThan(1e-6);
    of('epoch', items).forEach(({ record }) => {
      const t = record.step;
      const half = (name: string) => slowHalfRunningAverage(column(name, items), t);
      expect(distance([record.lossHalf], [half('loss')])).toBeLessThan(1e-12);
      expect(distance([record.oLHalf], [half('oL')])).toBeLessThan(1e-12);
      expect(distance([record.ratio], [half('oL') / half('oR')])).toBeLessThan(1e-12);
      // (18) with mu = 0.9, nu = 0.3
      const fullBatch = 0.7 * record.gradientNormSquared - 0.9 * half('vDotGradient');
      expect(distance([record.oFB], [fullBatch])).toBeLessThan(1e-12);
      const layer = record.layers['dense2.kernel']!;
      expect(distance([layer.oLHalf], [half('oL/dense2.kernel')])).toBeLessThan(1e-12);
      expect(distance([layer.oRHalf], [half('oR/dense2.kernel')])).toBeLessThan(1e-12);
      expect(layer.ratio).toBe(layer.oLHalf / layer.oRHalf);
    });
    expect(of('epoch', items).map(({ record }) => [record.epoch, record.step])).toEqual([
      [1, 10],
      [2, 20],
      [3, 30],
    ]);
  });

  it('learns: loss falls and accuracy rises far above chance', async () => {
    const epochs = of('epoch', await all(train({ ...base, epochs: 15 })));
    const [first, last] = [epochs[0]!.record, epochs.at(-1)!.record];
    expect(last.trainLoss).toBeLessThan(0.8 * first.trainLoss);
    expect(last.trainAccuracy).toBeGreaterThan(0.7);
  });

  it('reads O_L from a centre where one is given, and goes the same way', async () => {
    const start = train(base).snapshot();
    const centre = Object.fromEntries(
      Object.entries(start.tensors)
        .filter(([name]) => !name.startsWith('averages/'))
        .map(([name, { values }]) => [name, values as Float32Array]),
    );
    const plain = await all(train(base));
    const centred = await all(train({ ...base, centre }));
    // theta begins at the centre.
    expect(column('oL', centred)[0]).toBe(0);
    expect(column('oL', plain)[0]).not.toBe(0);
    expect(column('loss', centred)).toEqual(column('loss', plain));
    expect(column('oR', centred)).toEqual(column('oR', plain));
    const zeros = Object.fromEntries(Object.entries(centre).map(([name, values]) => [name, values.map(() => 0)]));
    expect(await all(train({ ...base, centre: zeros }))).toEqual(plain);
    const { ['dense1.bias']: bias } = centre;
    await expect(all(train({ ...base, centre: { 'dense1.bias': bias! } }))).rejects.toThrow(/centre\/dense1.kernel/);
  });

  it('does not depend on how it is cut into segments', async () => {
    const whole = await all(train({ ...base, momentum: 0.9 }));
    let asked = 0;
    const cut = await all(train({ ...base, momentum: 0.9, segmentSteps: () => 1 + (asked++ % 4) }));
    for (const name of train({ ...base, momentum: 0.9 }).stepColumns)
      expect(column(name, cut)).toEqual(column(name, whole));
    expect(of('epoch', cut)).toEqual(of('epoch', whole));
    const other = await all(train({ ...base, momentum: 0.9, seed: 2 }));
    expect(column('loss', other)).not.toEqual(column('loss', whole));
  });

  it('leaves as many tensors behind as there were, also when it is left early', async () => {
    await tf.setBackend('cpu');
    const { numTensors } = tf.memory();
    await all(train(base));
    expect(tf.memory().numTensors).toBe(numTensors);
    for await (const item of train(base)) if (item.type === 'epoch') break;
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});

describe('a stage that starts from given parameters', () => {
  const parametersOf = ({ tensors }: Snapshot): Record<string, Float32Array> =>
    Object.fromEntries(
      Object.entries(tensors)
        .filter(([name]) => !name.includes('/'))
        .map(([name, { values }]) => [name, values as Float32Array]),
    );

  it('begins with these parameters and with a velocity of zero', async () => {
    const first = train({ ...base, momentum: 0.9, epochs: 2 });
    await all(first);
    const start = parametersOf(first.snapshot());
    const second = train({ ...base, momentum: 0.9, start, seed: 8 });
    const { tensors } = second.snapshot();
    expect(parametersOf(second.snapshot())).toEqual(start);
    for (const [name, { values }] of Object.entries(tensors))
      if (name.startsWith('velocity/')) expect([...values].every((value) => value === 0)).toBe(true);
    // The loss of its first step is the loss at those parameters; v = 0 makes v . grad f^B zero.
    const items = await all(second);
    expect(column('vDotGradient', items)[0]).toBe(0);
    expect(column('loss', items)[0]).toBeLessThan(column('loss', await all(train({ ...base, seed: 8 })))[0]!);
    expect(parametersOf(first.snapshot())).toEqual(start);
  });

  it('refuses what does not fit, by name', () => {
    const start = parametersOf(train(base).snapshot());
    const { 'dense1.bias': bias, ...rest } = start;
    expect(() => train({ ...base, start: rest })).toThrow(
      'start["dense1.bias"] must be 8 float32 values; found undefined',
    );
    expect(() => train({ ...base, start: { ...start, 'dense1.bias': bias!.slice(1) } })).toThrow(/; found 7$/);
    expect(() => train({ ...base, start: { ...start, dense9: bias! } })).toThrow(
      /^start must be of dense1.kernel,.*"dense9"$/,
    );
    expect(() => train({ ...base, start, resume: train(base).snapshot() })).toThrow(/^start must be left out/);
  });
});

describe.each(['adam', 'amsgrad'] as const)('a training by %s', (optimizer) => {
  const adaptive: TrainOptions = { ...base, optimizer, learningRate: 0.01, segmentSteps: () => 4 };

  it('learns, measures O_L, and has no number where none is defined', async () => {
    const items = await all(train({ ...adaptive, epochs: 15 }));
    const epochs = of('epoch', items).map(({ record }) => record);
    expect(epochs.at(-1)!.trainLoss).toBeLessThan(0.9 * epochs[0]!.trainLoss);
    const { oLHalf, oRHalf, ratio, oFB, gradientNormSquared, layers } = epochs.at(-1)!;
    expect(distance([oLHalf], [slowHalfRunningAverage(column('oL', items), 150)])).toBeLessThan(1e-12);
    expect([oRHalf, ratio, oFB, layers['dense1.kernel']!.ratio]).toEqual([NaN, NaN, NaN, NaN]);
    expect(gradientNormSquared).toBeGreaterThan(0);
    expect(column('oR', items).every(Number.isNaN)).toBe(true);
    expect(train(adaptive).stepColumns).toEqual(train(base).stepColumns);
  });

  it('goes on bit for bit from a snapshot', async () => {
    const training = train(adaptive);
    const whole: TrainingItem[] = [];
    const snapshots: Snapshot[] = [];
    for await (const item of training) {
      whole.push(item);
      snapshots.push(stored(training.snapshot()));
    }
    expect(snapshots[0]!.tensors['optimizer/secondWeight']!.shape).toEqual([]);
    for (const place of [0, 3, whole.length - 2]) {
      const again = train({ ...adaptive, resume: snapshots[place]! });
      expect(await all(again)).toEqual(whole.slice(place + 1));
      expect(stored(again.snapshot())).toEqual(stored(training.snapshot()));
    }
    expect(() => train({ ...base, resume: snapshots[0]! })).toThrow(
      `the snapshot's optimizer is ${optimizer}, this training's is sgd`,
    );
    expect(() => train({ ...adaptive, secondMomentDecay: 0.9, resume: snapshots[0]! })).toThrow(
      "the snapshot's secondMomentDecay is 0.999, this training's is 0.9",
    );
  });

  it('refuses the equilibrium schedule, at once and by command', () => {
    const schedule = { schedule: 'equilibrium', threshold: 0.01, decay: 0.1 } as const;
    const message = `schedule must be another one with ${optimizer}, whose O_R is not defined; found "equilibrium"`;
    expect(() => train({ ...adaptive, schedule })).toThrow(message);
    expect(() => train(adaptive).setSchedule(schedule, 'c1')).toThrow(message);
  });
});

describe('the schedule in a training', () => {
  const task = quadraticTask({ dimensions: 40, curvature: 1, noise: 1, start: 1, stepsPerEpoch: 20 });
  const threshold = 0.05;
  const options: TrainOptions = {
    ...{ ...base, task, learningRate: 0.4, momentum: 0, weightDecay: 0.1, epochs: 60 },
    schedule: { schedule: 'equilibrium', threshold, decay: 0.5 },
  };

  it('drops exactly when the rule says so, says why, and restarts the averages', async () => {
    const items = await all(train(options));
    let drops = 0;
    let start = 0;
    let learningRate = 0.4;
    items.forEach((item, place) => {
      if (item.type !== 'epoch') return;
      const { record } = item;
      expect(record.learningRate).toBe(learningRate);
      const since = (name: string) => column(name, items).slice(start);
      const t = record.step - start;
      const ratio = slowHalfRunningAverage(since('oL'), t) / slowHalfRunningAverage(since('oR'), t);
      expect(distance([record.ratio], [ratio])).toBeLessThan(1e-12);
      const next = items[place + 1];
      if (Math.abs(ratio - 1) >= threshold) {
        expect(next?.type).not.toBe('event');
        return;
      }
      expect(next).toEqual({
        type: 'event',
        record: {
          ...{ type: 'learningRate', step: record.step, epoch: record.epoch, from: learningRate, to: learningRate / 2 },
          reason: { rule: 'equilibrium', ratio: record.ratio, threshold, stepsUsed: t / 2 },
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

  it('is changed by commands between items, each told with its id', async () => {
    const training = train({ ...options, epochs: 3, segmentSteps: () => 5 });
    const items: TrainingItem[] = [];
    for await (const item of training) {
      items.push(item);
      if (item.type === 'steps' && item.from === 5) training.setLearningRate(0.01, 'c1');
      if (item.type === 'steps' && item.from === 25)
        training.setSchedule({ schedule: 'constant', threshold: 0.2, decay: 0.3 }, 'c2');
    }
    const place = items.findIndex((item) => item.type === 'event');
    expect(items[place]).toEqual({
      type: 'event',
      record: {
        ...{ type: 'learningRate', step: 10, epoch: 0, from: 0.4, to: 0.01 },
        reason: { rule: 'command', commandId: 'c1' },
      },
    });
    // The averages begin again, and the first epoch's record holds the ten steps since.
    expect(column('lossHalf', items)[10]).toBe(column('loss', items)[10]);
    const record = of('epoch', items)[0]!.record;
    expect(distance([record.lossHalf], [slowHalfRunningAverage(column('loss', items).slice(10, 20), 10)])).toBeLessThan(
      1e-12,
    );
    expect(distance([record.layers['position']!.ratio], [record.ratio])).toBeLessThan(1e-12);
    expect(of('event', items).map((item) => item.record)).toContainEqual({
      ...{ type: 'schedule', step: 30, epoch: 1, schedule: 'constant', threshold: 0.2, decay: 0.3, commandId: 'c2' },
    });
    expect(() => training.setLearningRate(0, 'c3')).toThrow(
      'learningRate must be a number in [1e-12, 1000000000000]; found 0',
    );
    expect(() => training.setSchedule({ schedule: 'step', threshold: 0, decay: 0.1 }, 'c4')).not.toThrow();
    expect(() => training.setSchedule({ schedule: 'equilibrium', threshold: 0, decay: 0.1 }, 'c5')).toThrow(
      /threshold/,
    );
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
      ...{ ...options, epochs: 1, segmentSteps: () => 10 },
      executor: duringRuns(() => {
        if (++runs === 1) interrupted.setLearningRate(0.01, 'early');
      }),
    });
    const items = await all(interrupted);
    const undisturbed = await all(train({ ...options, epochs: 1, segmentSteps: () => 10 }));
    expect(items.map(({ type }) => type)).toEqual(['steps', 'event', 'steps', 'epoch', 'end']);
    expect(items[0]).toEqual(undisturbed[0]);
    expect(items[1]).toMatchObject({ record: { type: 'learningRate', step: 10, from: 0.4, to: 0.01 } });
    expect(column('lossHalf', items)[10]).toBe(column('loss', items)[10]);
  });
});

describe('the other schedules in a training', () => {
  const task = quadraticTask({ dimensions: 40, curvature: 1, noise: 1, start: 1, stepsPerEpoch: 20 });
  const of20: TrainOptions = { ...base, task, learningRate: 0.4, epochs: 20 };
  const rates = (items: readonly TrainingItem[]) => of('epoch', items).map(({ record }) => record.learningRate);

  it('cosine ends with the training, also when it is chosen in the middle', async () => {
    const schedule = { ...base.schedule, schedule: 'cosine' } as const;
    const whole = rates(await all(train({ ...of20, schedule })));
    const closed = whole.map((_, epoch) => 0.2 * (1 + Math.cos((Math.PI * epoch) / 20)));
    expect(distance(whole, closed)).toBeLessThan(1e-14);
    const training = train(of20);
    const late: TrainingItem[] = [];
    for await (const item of training) {
      late.push(item);
      if (item.type === 'epoch' && item.record.epoch === 10) training.setSchedule(schedule, 'c1');
    }
    const half = Array.from({ length: 10 }, (_, epoch) => 0.2 * (1 + Math.cos((Math.PI * epoch) / 10)));
    expect(distance(rates(late), [...Array<number>(10).fill(0.4), ...half])).toBeLessThan(1e-14);
  });

  it('plateau watches the training loss of the records', async () => {
    const schedule = { ...base.schedule, schedule: 'plateau', patience: 2 } as const;
    const items = await all(train({ ...of20, schedule }));
    let [best, worse, learningRate] = [Infinity, 0, 0.4];
    for (const { record } of of('epoch', items)) {
      expect(record.learningRate).toBe(learningRate);
      worse = record.trainLoss < best * (1 - 1e-4) ? 0 : worse + 1;
      if (worse === 0) best = record.trainLoss;
      if (worse > 2) [worse, learningRate] = [0, 0.1 * learningRate];
    }
    const changes = of('event', items).filter(({ record }) => record.type === 'learningRate');
    expect(changes.length).toBeGreaterThan(1);
    for (const { record } of changes)
      z.encode(eventRecord, { ...record, time: '2020-01-01T00:00:00Z' } as z.infer<typeof eventRecord>);
  });

  it('the layers decide where they are asked to', async () => {
    const schedule = { schedule: 'equilibrium', threshold: 0.2, decay: 0.5, balance: 'layers' } as const;
    const options = { ...base, learningRate: 0.3, weightDecay: 0.1, epochs: 40 };
    const items = await all(train({ ...options, schedule }));
    // The total alone would have dropped at other ends.
    const total = await all(train({ ...options, schedule: { ...schedule, balance: 'total' } }));
    expect(of('epoch', total).map(({ record }) => record.learningRate)).not.toEqual(
      of('epoch', items).map(({ record }) => record.learningRate),
    );
    const changed = of('event', items).flatMap(({ record }) => (record.type === 'learningRate' ? [record] : []));
    expect(changed.length).toBeGreaterThan(0);
    const ends = of('epoch', items).map(({ record }) => record);
    for (const { epoch, layers, learningRate } of ends) {
      const distances = Object.values(layers).map(({ ratio }) => Math.abs(ratio - 1));
      const change = changed.find((each) => each.epoch === epoch);
      expect(change !== undefined).toBe(Math.max(...distances) < 0.2);
      if (change?.reason.rule === 'equilibrium') {
        expect(change.from).toBe(learningRate);
        expect(layers[change.reason.layer!]!.ratio).toBe(change.reason.ratio);
        expect(Math.abs(change.reason.ratio - 1)).toBe(Math.max(...distances));
      }
    }
  });

  it('options stay when only the schedule is changed, and what can not work is told', async () => {
    const training = train({ ...of20, epochs: 5, schedule: { ...base.schedule, everyEpochs: 2 } });
    const items: TrainingItem[] = [];
    for await (const item of training) {
      items.push(item);
      if (item.type === 'epoch' && item.record.epoch === 1)
        training.setSchedule({ ...base.schedule, schedule: 'step' }, 'c1');
      if (item.type === 'epoch' && item.record.epoch === 4)
        training.setSchedule({ ...base.schedule, schedule: 'step', everyEpochs: 3 }, 'c2');
    }
    expect(distance(rates(items), [0.4, 0.4, 0.4, 0.04, 0.04])).toBeLessThan(1e-15);
    const warned = of('event', items).flatMap(({ record }) => (record.type === 'warning' ? [record.message] : []));
    expect(warned).toEqual([expect.stringMatching(/^a drop after 3 asks for 4 epochs and there are 1/)]);
  });
});

describe('a resumed training', () => {
  it.each([
    ['plain, constant', { momentum: 0 }],
    [
      'with momentum and dropping',
      { momentum: 0.9, schedule: { schedule: 'equilibrium', threshold: 0.5, decay: 0.1 } },
    ],
  ] as const)('goes on bit for bit from every point between two items (%s)', async (_, change) => {
    const options: TrainOptions = { ...base, ...change, segmentSteps: () => 4 };
    const training = train(options);
    const before = stored(training.snapshot());
    const whole: TrainingItem[] = [];
    const snapshots: Snapshot[] = [before];
    for await (const item of training) {
      whole.push(item);
      snapshots.push(stored(training.snapshot()));
    }
    const last = stored(training.snapshot());
    expect(whole.length).toBeGreaterThan(10);
    for (const [place, resume] of snapshots.entries()) {
      // Another seed, rate and schedule show that the snapshot's own are used.
      const again = train({ ...options, ...{ seed: 99, learningRate: 0.7, schedule: base.schedule }, resume });
      expect(await all(again)).toEqual(place < whole.length ? whole.slice(place) : whole.slice(-1));
      expect(stored(again.snapshot())).toEqual(last);
    }
  });

  it('trains longer where more epochs are asked for', async () => {
    const short = train({ ...base, epochs: 2 });
    await all(short);
    const longer = await all(train({ ...base, epochs: 4, resume: stored(short.snapshot()) }));
    expect(of('epoch', longer)).toEqual(of('epoch', await all(train({ ...base, epochs: 4 }))).slice(2));
  });

  it('holds copies: what becomes of a snapshot does not touch the training', async () => {
    const training = train(base);
    for (const { values } of Object.values(training.snapshot().tensors)) values.fill(NaN);
    expect(await all(training)).toEqual(await all(train(base)));
  });

  it('refuses a snapshot of another training, by the difference', () => {
    const snapshot = train({ ...base, momentum: 0.9 }).snapshot();
    expect(Object.keys(snapshot.tensors)).toContain('velocity/dense3.bias');
    const resuming = (change: Partial<TrainOptions>, from: Snapshot = snapshot) =>
      () => train({ ...base, momentum: 0.9, resume: from, ...change }); // prettier-ignore
    expect(resuming({})).not.toThrow();
    expect(resuming({ momentum: 0.5 })).toThrow("the snapshot's momentum is 0.9, this training's is 0.5");
    expect(resuming({ weightDecay: 0 })).toThrow("the snapshot's weightDecay is 0.01, this training's is 0");
    const wider = classificationTask({ model: mlp([12, 9, 6, 3]), data: sampleImages(64, 23), batchSize: 6 });
    expect(resuming({ task: wider })).toThrow(/dense1.kernel is Float32Array of shape \[12,8\], expected .* \[12,9\]/);
    const nameless = Object.fromEntries(
      Object.entries(snapshot.state.identity).filter(([key]) => key !== 'optimizer'),
    ) as typeof snapshot.state.identity;
    expect(resuming({}, { ...snapshot, state: { ...snapshot.state, identity: nameless } })).not.toThrow();
    const tensors = Object.fromEntries(Object.entries(snapshot.tensors).filter(([name]) => name !== 'dense2.bias'));
    expect(resuming({}, { ...snapshot, tensors })).toThrow('the snapshot lacks dense2.bias');
    expect(resuming({}, { ...snapshot, state: { ...snapshot.state, version: 2 } })).toThrow(/version is 2, expected 1/);
  });
});

describe('a training with extra observables', () => {
  const plain = { ...base, momentum: 0.9, dampening: 0.3 };
  const measuring = { ...plain, observables: ['noiseTrace', 'cubicLeft'] };

  it('goes the same way, and appends their columns to the rows', async () => {
    const without = train(plain).stepColumns;
    const tensors = images.objective.parameters.map(({ name }) => name);
    const perTensor = tensors.flatMap((tensor) => [`noiseTrace/${tensor}`, `cubicLeft/${tensor}`]);
    expect(train(measuring).stepColumns).toEqual([...without, 'noiseTrace', 'cubicLeft', ...perTensor]);
    expect(train({ ...plain, observables: ['cubicLeft', 'noiseTrace'] }).stepColumns).toEqual(
      train(measuring).stepColumns,
    );
    const training = train(measuring);
    const [measured, unmeasured] = [await all(training), await all(train(plain))];
    for (const name of without) expect(column(name, measured)).toEqual(column(name, unmeasured));
    of('epoch', measured).forEach(({ record }, index) => {
      const { observables, ...rest } = record;
      expect(rest).toEqual(of('epoch', unmeasured)[index]!.record);
      for (const name of ['noiseTrace', `cubicLeft/${tensors[2]}`]) {
        const half = slowHalfRunningAverage(column(name, measured), record.step);
        expect(distance([observables![name]!], [half])).toBeLessThan(1e-12);
      }
      expect(Object.keys(observables!)).toEqual(['noiseTrace', 'cubicLeft', ...perTensor]);
      expect(z.encode(epochRecord, { ...record, seconds: 0 }).observables).toEqual(observables);
    });
  });

  it('goes on bit for bit from a snapshot, and not without them', async () => {
    const training = train(measuring);
    const whole: TrainingItem[] = [];
    const snapshots: Snapshot[] = [];
    for await (const item of training) {
      whole.push(item);
      snapshots.push(stored(training.snapshot()));
    }
    expect(await all(train({ ...measuring, resume: snapshots[1]! }))).toEqual(whole.slice(2));
    const fewer = { ...plain, observables: ['noiseTrace'] };
    expect(() => train({ ...fewer, resume: snapshots[1]! })).toThrow(
      "the snapshot's observables is cubicLeft,noiseTrace, this training's is noiseTrace",
    );
    expect(() => train({ ...measuring, resume: train(plain).snapshot() })).toThrow(/observables is undefined/);
    // What is no longer measured is forgotten; the training itself is the same.
    const rest = await all(train({ ...plain, resume: snapshots[1]! }));
    expect(column('loss', rest)).toEqual(column('loss', whole.slice(2)));
  });
});

describe('a training that goes wrong', () => {
  const wild = { ...base, learningRate: 1e9, epochs: 2, segmentSteps: () => 4 };

  it('stops when the loss is no longer finite, and says at which step', async () => {
    const items = await all(train(wild));
    const losses = column('loss', items);
    const first = losses.findIndex((loss) => !Number.isFinite(loss)) + 1;
    expect(first).toBeGreaterThan(0);
    const warning = of('event', items).at(-1)!.record;
    expect(warning.type === 'warning' && warning.message).toMatch(new RegExp(`^the loss is .* at step ${first}:`));
    expect(items.at(-1)).toEqual({ type: 'end', reason: 'diverged' });
    expect(losses.length).toBe(Math.ceil(first / 4) * 4);
  });

  it('goes on if it is told to, never takes it for equilibrium, and warns once', async () => {
    const schedule = { schedule: 'equilibrium', threshold: 0.99, decay: 0.1 } as const;
    const items = await all(train({ ...wild, schedule, onDivergence: 'continue' }));
    expect(items.at(-1)).toEqual({ type: 'end', reason: 'finished' });
    expect(of('epoch', items)).toHaveLength(2);
    expect(of('epoch', items)[1]!.record.ratio).toBeNaN();
    const events = of('event', items).map(({ record }) => record);
    expect(events.filter((event) => event.type === 'learningRate')).toEqual([]);
    expect(events.filter((event) => event.type === 'warning' && event.message.includes('diverged'))).toHaveLength(1);
  });

  it('warns where there is no weight decay, and where X and Y do not fit', async () => {
    const iterator = train({
      ...{ ...base, weightDecay: 0 },
      schedule: { schedule: 'equilibrium', threshold: 0.1, decay: 0.05 },
    })[Symbol.asyncIterator]();
    const messages: string[] = [];
    for (let told = 0; told < 3; told++) {
      const { value } = await iterator.next();
      if (value?.type === 'event' && value.record.type === 'warning') messages.push(value.record.message);
    }
    await iterator.return?.();
    expect(messages).toEqual([
      expect.stringMatching(/^batch size 6/),
      expect.stringMatching(/^without weight decay/),
      expect.stringMatching(/^decay 0.05/),
    ]);
  });

  it.each([
    ['learningRate', 0, '[1e-12, 1000000000000]'],
    ['learningRate', NaN, '[1e-12, 1000000000000]'],
    ['momentum', 1, '[0, 1)'],
    ['momentum', -0.1, '[0, 1)'],
    ['dampening', 1, '[0, 1)'],
    ['weightDecay', -1, '[0, Infinity)'],
    ['weightDecay', Infinity, '[0, Infinity)'],
    ['epochs', 0, '[1, Infinity)'],
    ['epochs', 1.5, '[1, Infinity)'],
    ['seed', -1, '[0, 4294967295]'],
    ['seed', 0.5, '[0, 4294967295]'],
  ])('refuses %s %d', (option, value, range) => {
    expect(() => train({ ...base, [option]: value })).toThrow(
      new RegExp(`^${option} must be an? (number|integer) in ${range.replace(/[[\]()]/g, '\\$&')}; found ${value}$`),
    );
  });

  it('refuses data that does not fit', () => {
    const data = sampleImages();
    const model = mlp(SAMPLE_WIDTHS);
    const task = (change: object, batchSize = 6) => () =>
      classificationTask({ model, data: { ...data, ...change }, batchSize }); // prettier-ignore
    expect(task({}, 61)).toThrow('batchSize must be an integer in [1, 60]; found 61');
    expect(task({}, 0)).toThrow('batchSize must be an integer in [1, 60]; found 0');
    expect(task({ imageShape: [28, 28] })).toThrow('imageShape must be of 12 pixels; found "[28,28]"');
    expect(task({ classes: 10 })).toThrow("classes must be 3, as the model's; found 10");
    expect(task({ train: { ...data.train, count: 59 } })).toThrow('train.images must be 59 x 12 bytes; found 720');
    const labels = data.test.labels.with(4, 3);
    expect(task({ test: { ...data.test, labels } })).toThrow('test.labels must be below 3; found 3');
    expect(task({ normalization: { mean: 0, deviation: 0 } })).toThrow(/normalization.deviation must be .* found 0/);
    expect(() => mlp([12])).toThrow('widths must be at least two positive integers; found "[12]"');
    expect(() => mlp([12, 0, 3])).toThrow('dense1.outputs must be an integer in [1, Infinity); found 0');
  });
});
