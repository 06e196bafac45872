import { epochRecord } from '@fdr/records';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { cubicLeft } from '../src/observables/cubic.js';
import { noiseTrace } from '../src/observables/noise-trace.js';
import { sgd } from '../src/optimizers/sgd.js';
import { train } from '../src/training/trainer.js';
import { base, collect, collectSnapshots, column, images, itemsOf } from './contract/sample-training.js';
import { slowHalfRunningAverage } from './reference/average.js';
import { distance } from './reference/closeness.js';

const plain = { ...base, optimizer: sgd({ momentum: 0.9, dampening: 0.3 }) };
const measuring = { ...plain, observables: [noiseTrace, cubicLeft] };

describe('a training with extra observables', () => {
  it('goes the same way, and appends their columns to the rows', async () => {
    const without = train(plain).stepColumns;
    const tensors = images.objective.parameters.map(({ name }) => name);
    const perTensor = tensors.flatMap((tensor) => [`noiseTrace/${tensor}`, `cubicLeft/${tensor}`]);
    expect(train(measuring).stepColumns).toEqual([...without, 'noiseTrace', 'cubicLeft', ...perTensor]);
    const [measured, unmeasured] = [await collect(train(measuring)), await collect(train(plain))];
    for (const name of without) expect(column(name, measured)).toEqual(column(name, unmeasured));
    itemsOf('epoch', measured).forEach(({ record }, index) => {
      const { observables, ...rest } = record;
      const { observables: none, ...others } = itemsOf('epoch', unmeasured)[index]!.record;
      expect(none).toBeUndefined();
      expect(rest).toEqual(others);
      for (const name of ['noiseTrace', `cubicLeft/${tensors[2]}`]) {
        const half = slowHalfRunningAverage(column(name, measured), record.step);
        expect(distance([observables![name]!], [half])).toBeLessThan(1e-12);
      }
      expect(Object.keys(observables!)).toEqual(['noiseTrace', 'cubicLeft', ...perTensor]);
      expect(z.encode(epochRecord, { ...record, seconds: 0 }).observables).toEqual(observables);
    });
  });

  it('goes on bit for bit from a snapshot, and not without them', async () => {
    const { items, snapshots } = await collectSnapshots(train(measuring));
    expect(await collect(train({ ...measuring, resume: snapshots[2]! }))).toEqual(items.slice(2));
    expect(() => train({ ...plain, observables: [noiseTrace], resume: snapshots[2]! })).toThrow(
      "the snapshot's observables is noiseTrace,cubicLeft, this training's is noiseTrace",
    );
    expect(() => train({ ...measuring, resume: train(plain).snapshot() })).toThrow(
      "the snapshot's observables is , this training's is noiseTrace,cubicLeft",
    );
    expect(() => train({ ...plain, resume: snapshots[2]! })).toThrow(
      "the snapshot's observables is noiseTrace,cubicLeft, this training's is ",
    );
  });

  it('refuses two observables of one name, and the names of the standard columns', () => {
    const refused =
      (...observables: (typeof noiseTrace)[]) =>
      () =>
        train({ ...plain, observables });
    expect(refused(noiseTrace, cubicLeft, noiseTrace)).toThrow(
      'observables must be of different names; found "noiseTrace"',
    );
    expect(refused({ ...noiseTrace, name: 'oL' })).toThrow('observables must be of different names; found "oL"');
    expect(refused({ ...noiseTrace, name: 'loss' })).toThrow('observables must be of different names; found "loss"');
  });
});
