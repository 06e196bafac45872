import { describe, expect, it } from 'vitest';
import { mlp } from '../src/models/mlp.js';
import { sgd } from '../src/optimizers/sgd.js';
import { constant } from '../src/relations/schedules/constant.js';
import { equilibrium } from '../src/relations/schedules/equilibrium.js';
import { step } from '../src/relations/schedules/step.js';
import { classificationTask } from '../src/training/classification-task.js';
import type { Snapshot } from '../src/training/snapshot.js';
import { train } from '../src/training/trainer.js';
import type { TrainOptions } from '../src/training/training.js';
import { sampleImages } from './contract/sample-images.js';
import { base, collect, collectSnapshots, column, itemsOf, parametersOf, stored } from './contract/sample-training.js';

const withMomentum = { ...base, optimizer: sgd({ momentum: 0.9 }) };
const dropping = equilibrium({ threshold: 0.5, decay: 0.1 });

describe('a resumed training', () => {
  it.each<readonly [string, Partial<TrainOptions>]>([
    ['plain, constant', {}],
    ['with momentum and dropping', { optimizer: sgd({ momentum: 0.9 }), schedule: dropping }],
  ])('goes on bit for bit from every point between two items (%s)', async (_, change) => {
    const options: TrainOptions = { ...base, ...change, segmentSteps: () => 4 };
    const training = train(options);
    const { items, snapshots } = await collectSnapshots(training);
    const last = stored(training.snapshot());
    expect(items.length).toBeGreaterThan(10);
    for (const [index, resume] of snapshots.entries()) {
      // Another seed and another rate show that the snapshot's own are used.
      const again = train({ ...options, seed: 99, learningRate: 0.7, resume });
      expect(await collect(again)).toEqual(index < items.length ? items.slice(index) : items.slice(-1));
      expect(stored(again.snapshot())).toEqual(last);
    }
  });

  it('trains longer where more epochs are asked for', async () => {
    const short = train({ ...base, epochs: 2 });
    await collect(short);
    const longer = await collect(train({ ...base, epochs: 4, resume: stored(short.snapshot()) }));
    expect(itemsOf('epoch', longer)).toEqual(itemsOf('epoch', await collect(train({ ...base, epochs: 4 }))).slice(2));
  });

  it('goes on with the schedule that a command has set', async () => {
    const first = train({ ...base, epochs: 4 });
    const later = step({ everyEpochs: 2 });
    let resume: Snapshot | undefined;
    const rest = [];
    for await (const item of first) {
      if (resume) rest.push(item);
      if (item.type !== 'epoch' || item.record.epoch !== 1) continue;
      first.setSchedule(later, 'c1');
      resume = stored(first.snapshot());
    }
    expect(await collect(train({ ...base, epochs: 4, schedule: later, resume }))).toEqual(rest);
    expect(itemsOf('epoch', rest).map(({ record }) => record.learningRate)).toEqual([0.1, 0.1, 0.01]);
  });

  it('measures O_L from the theta_c that it was given, which the snapshot holds', async () => {
    const centre = parametersOf(train({ ...base, seed: 5 }).snapshot());
    const training = train({ ...base, centre, segmentSteps: () => 4 });
    const { items, snapshots } = await collectSnapshots(training);
    for (const index of [0, 2, items.length - 2]) {
      const snapshot = snapshots[index]!;
      for (const [name, values] of Object.entries(centre))
        expect(snapshot.tensors[`centre/${name}`]).toEqual({ shape: snapshot.tensors[name]!.shape, values });
      const again = train({ ...base, segmentSteps: () => 4, resume: snapshot });
      expect(await collect(again)).toEqual(items.slice(index));
      expect(stored(again.snapshot())).toEqual(stored(training.snapshot()));
    }
    // From the origin O_L would have been another number.
    const fromOrigin = await collect(train({ ...base, segmentSteps: () => 4 }));
    expect(column('oL', fromOrigin)).not.toEqual(column('oL', items));
    expect(Object.keys(train(base).snapshot().tensors).filter((name) => name.startsWith('centre/'))).toEqual([]);
  });
});

describe('a snapshot', () => {
  it('holds copies: what becomes of it does not touch the training', async () => {
    const centre = parametersOf(train({ ...base, seed: 5 }).snapshot());
    const training = train({ ...base, centre });
    for (const { values } of Object.values(training.snapshot().tensors)) values.fill(NaN);
    expect(await collect(training)).toEqual(await collect(train({ ...base, centre })));
  });

  it('of another training is refused, by the difference', () => {
    const snapshot = train(withMomentum).snapshot();
    expect(Object.keys(snapshot.tensors)).toContain('velocity/dense3.bias');
    const resuming = (change: Partial<TrainOptions>, from: Snapshot = snapshot) =>
      () => train({ ...withMomentum, resume: from, ...change }); // prettier-ignore
    expect(resuming({})).not.toThrow();
    expect(resuming({ optimizer: sgd({ momentum: 0.5 }) })).toThrow(
      `the snapshot's optimizer is {"dampening":0,"kind":"sgd","momentum":0.9}, ` +
        `this training's is {"dampening":0,"kind":"sgd","momentum":0.5}`,
    );
    expect(resuming({ weightDecay: 0 })).toThrow("the snapshot's weightDecay is 0.01, this training's is 0");
    const wider = classificationTask({ model: mlp([12, 9, 6, 3]), data: sampleImages(64, 23), batchSize: 6 });
    expect(resuming({ task: wider })).toThrow(/dense1.kernel is Float32Array of shape \[12,8\], expected .* \[12,9\]/);
    const tensors = Object.fromEntries(Object.entries(snapshot.tensors).filter(([name]) => name !== 'dense2.bias'));
    expect(resuming({}, { ...snapshot, tensors })).toThrow('the snapshot lacks dense2.bias');
    expect(resuming({}, { ...snapshot, state: { ...snapshot.state, version: 1 } })).toThrow(/version is 1, expected 2/);
  });

  it('with another schedule is refused, by its kind and its options, whatever their order', () => {
    const resume = train({ ...base, schedule: step({ everyEpochs: 2 }) }).snapshot();
    const recorded = '{"divisor":10,"everyEpochs":2,"kind":"step","minimumLearningRate":0}';
    expect(() => train({ ...base, schedule: constant(), resume })).toThrow(
      `the snapshot's schedule is ${recorded}, this training's is {"kind":"constant"}`,
    );
    expect(() => train({ ...base, schedule: step({ everyEpochs: 3 }), resume })).toThrow(
      `the snapshot's schedule is ${recorded}, this training's is ${recorded.replace('2', '3')}`,
    );
    const { settings, ...functions } = step({ everyEpochs: 2 });
    const reversed = Object.fromEntries(Object.entries(settings).reverse()) as typeof settings;
    expect(() => train({ ...base, schedule: { ...functions, settings: reversed }, resume })).not.toThrow();
  });
});
