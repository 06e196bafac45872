import { describe, expect, it } from 'vitest';
import { adam } from '../src/optimizers/adam.js';
import { amsgrad } from '../src/optimizers/amsgrad.js';
import { equilibrium } from '../src/relations/schedules/equilibrium.js';
import { train } from '../src/training/trainer.js';
import type { TrainOptions } from '../src/training/training.js';
import { base, collect, collectSnapshots, column, itemsOf, stored } from './contract/sample-training.js';
import { slowHalfRunningAverage } from './reference/average.js';
import { distance } from './reference/closeness.js';

describe.each([
  ['adam', adam],
  ['amsgrad', amsgrad],
] as const)('a training by %s', (kind, make) => {
  const adaptive: TrainOptions = { ...base, optimizer: make(), learningRate: 0.01, segmentSteps: () => 4 };

  it('learns, measures O_L, and has no number where none is defined', async () => {
    const items = await collect(train({ ...adaptive, epochs: 15 }));
    const epochs = itemsOf('epoch', items).map(({ record }) => record);
    expect(epochs.at(-1)!.trainLoss).toBeLessThan(0.9 * epochs[0]!.trainLoss);
    const { oLHalf, oRHalf, ratio, oFB, gradientNormSquared, layers } = epochs.at(-1)!;
    expect(distance([oLHalf], [slowHalfRunningAverage(column('oL', items), 150)])).toBeLessThan(1e-12);
    expect([oRHalf, ratio, oFB, layers['dense1.kernel']!.ratio]).toEqual([NaN, NaN, NaN, NaN]);
    expect(gradientNormSquared).toBeGreaterThan(0);
    expect(column('oR', items).every(Number.isNaN)).toBe(true);
    expect(train(adaptive).stepColumns).toEqual(train(base).stepColumns);
  });

  it('goes on bit for bit from a snapshot, with the same options alone', async () => {
    const training = train(adaptive);
    const { items, snapshots } = await collectSnapshots(training);
    expect(snapshots[0]!.tensors['optimizer/secondWeight']!.shape).toEqual([]);
    for (const index of [0, 1, 4, items.length - 1]) {
      const again = train({ ...adaptive, resume: snapshots[index]! });
      expect(await collect(again)).toEqual(items.slice(index));
      expect(stored(again.snapshot())).toEqual(stored(training.snapshot()));
    }
    const recorded = `{"beta1":0.9,"beta2":0.999,"epsilon":1e-8,"kind":"${kind}"}`;
    expect(() => train({ ...base, resume: snapshots[1]! })).toThrow(
      `the snapshot's optimizer is ${recorded}, this training's is {"dampening":0,"kind":"sgd","momentum":0}`,
    );
    expect(() => train({ ...adaptive, optimizer: make({ beta2: 0.9 }), resume: snapshots[1]! })).toThrow(
      `the snapshot's optimizer is ${recorded}, this training's is ${recorded.replace('0.999', '0.9')}`,
    );
  });

  it('refuses the equilibrium schedule, at once and by command', () => {
    const schedule = equilibrium();
    const message = `schedule must be another one with ${kind}, whose O_R is not defined; found "equilibrium"`;
    expect(() => train({ ...adaptive, schedule })).toThrow(message);
    expect(() => train(adaptive).setSchedule(schedule, 'c1')).toThrow(message);
  });
});
