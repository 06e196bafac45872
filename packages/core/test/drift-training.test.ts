import { describe, expect, it } from 'vitest';
import type { EpochRecord } from '@fdr/records';
import { adam } from '../src/optimizers/adam.js';
import { sgd } from '../src/optimizers/sgd.js';
import { compareRules } from '../src/relations/rivals/compare-rules.js';
import { constant } from '../src/relations/schedules/constant.js';
import { replayRule } from '../src/relations/schedules/rule-replay.js';
import { stationary } from '../src/relations/schedules/stationary.js';
import { eagerExecutor } from '../src/training/eager.js';
import { quadraticTask } from '../src/training/quadratic-task.js';
import { train } from '../src/training/trainer.js';
import type { Training, TrainingItem, TrainOptions } from '../src/training/training.js';
import { collect, collectSnapshots, column, itemsOf, stored } from './contract/sample-training.js';
import { distance } from './reference/closeness.js';
import { RECORDED_CONFIG } from './reference/recorded-config.js';

const M = 16;

/** 60 directions of curvature h, whose steps forget their start in 1 / (eta h) steps. */
const onQuadratic = (h: number, start: number, epochs = 12): TrainOptions => ({
  task: quadraticTask({ dimensions: 60, curvature: h, noise: 1, start, stepsPerEpoch: M }),
  executor: eagerExecutor('cpu'),
  optimizer: sgd(),
  learningRate: 0.2,
  weightDecay: 0,
  epochs,
  seed: 1,
  schedule: stationary({ decay: 0.5 }),
});

/** The least-squares slope of 16 values: sum (block - 7.5)^2 = 340. */
const slopeOf = (values: readonly number[]) =>
  values.reduce((sum, value, block) => sum + ((block - 7.5) * value) / 340, 0);

/** A run at a rate of 0.2, as much of it as a replay reads. */
const recordedRun = ({ stepColumns, parameters }: Training) => ({
  config: { ...RECORDED_CONFIG, learningRate: 0.2 },
  stepColumns: [...stepColumns],
  stepsPerEpoch: M,
  parameters: parameters.map(({ name, shape }) => ({ name, shape: [...shape] })),
});

const changes = (items: readonly TrainingItem[]) =>
  itemsOf('event', items).flatMap(({ record }) => (record.type === 'learningRate' ? [record] : []));

describe('a training with the stationary schedule', () => {
  it('lowers the rate where nothing drifts, with the numbers of the distances it recorded', async () => {
    const items = await collect(train(onQuadratic(2, 0, 24)));
    const [first] = changes(items);
    expect(first).toMatchObject({ from: 0.2, to: 0.1, reason: { rule: 'stationary', layer: 'position' } });
    const record = itemsOf('epoch', items)[first!.epoch - 1]!.record;
    const { distances, steps } = record.drift!;
    const slope = slopeOf(distances['position']!);
    // -b / (2 eta O_R), b a step.
    expect(distance([Number(first!.reason['gap'])], [-(slope * 16) / steps / (0.4 * record.oRHalf)])).toBeLessThan(
      1e-9,
    );
    // The first window after a change ends 4 epochs later at the earliest.
    for (const [index, { epoch }] of changes(items).slice(1).entries())
      expect(epoch - changes(items)[index]!.epoch).toBeGreaterThanOrEqual(4);
  });

  it('keeps it while the parameters still move, with momentum too', async () => {
    // 1 / (eta h) = 100 steps, half of all of them.
    expect(changes(await collect(train(onQuadratic(0.05, 30))))).toEqual([]);
    const heavy = { ...onQuadratic(0.05, 30), optimizer: sgd({ momentum: 0.9 }), learningRate: 0.02 };
    expect(changes(await collect(train(heavy)))).toEqual([]);
  });

  it('goes on bit for bit from everywhere, however its epochs are cut', async () => {
    const options = { ...onQuadratic(2, 0, 7), schedule: stationary({ tolerance: 0.9, significance: 0.5 }) };
    const { items, snapshots } = await collectSnapshots(train(options));
    expect(changes(items).length).toBeGreaterThan(0);
    for (const [index, resume] of snapshots.entries())
      if (index % 19 === 0 || index > items.length - 6)
        expect(await collect(train({ ...options, resume }))).toEqual(items.slice(Math.min(index, items.length - 1)));
    const cut = await collect(train({ ...options, segmentSteps: () => 3 }));
    expect(cut.filter(({ type }) => type !== 'steps')).toEqual(items.filter(({ type }) => type !== 'steps'));
  });

  it('is what its replay over the recorded run says', async () => {
    const items = await collect(train(onQuadratic(2, 0, 16)));
    const run = recordedRun(train(onQuadratic(2, 0)));
    const epochs = itemsOf('epoch', items).map(({ record }): EpochRecord => ({ ...record, seconds: 0 }));
    const events = itemsOf('event', items).map(({ record }) => ({ ...record, time: '2026-01-01T00:00:00Z' }));
    const replay = replayRule(run, { epochs, events }, stationary({ decay: 0.5 }));
    for (const { rows } of itemsOf('steps', items)) replay.take(rows);
    expect(replay.firings).toEqual(
      changes(items).map(({ epoch, step, from, to, reason }) => ({ epoch, step, from, to, reason, exact: true })),
    );
    expect(replay.firings.length).toBeGreaterThan(0);
    expect(replay.warnings).toEqual([]);
    const { rules, take } = compareRules(run, { epochs, events });
    for (const { rows } of itemsOf('steps', items)) take(rows);
    // One tensor is its own total; by default a change is by a tenth, so that the first one alone is the same.
    const found = ['stationary, in total', 'stationary, by layer'].map(
      (name) => rules.find((rule) => rule.name === name)?.firings[0]?.epoch,
    );
    expect(found).toEqual([replay.firings[0]!.epoch, replay.firings[0]!.epoch]);
    const without = epochs.map((epoch) => ({ ...epoch, drift: undefined }));
    expect(replayRule(run, { epochs: without, events }, stationary()).warnings).toEqual([
      'the rule reads windows of distances, of which the run has none: train with --drift, for at least 4 epochs at one rate',
    ]);
  });
});

it('a later firing of a replay is of the rate that the steps were made with', async () => {
  const training = train({ ...onQuadratic(2, 0, 24), schedule: constant(), drift: true });
  const items = await collect(training);
  const run = recordedRun(training);
  const epochs = itemsOf('epoch', items).map(({ record }): EpochRecord => ({ ...record, seconds: 0 }));
  const replay = replayRule(run, { epochs, events: [] }, stationary({ decay: 0.9, tolerance: 0.5 }));
  for (const { rows } of itemsOf('steps', items)) replay.take(rows);
  const [first, second] = replay.firings;
  expect([first!.exact, second!.exact, second!.from]).toEqual([true, false, expect.closeTo(0.02, 12)]);
  const { distances, steps } = epochs[second!.epoch - 1]!.drift!;
  const slope = slopeOf(distances['position']!);
  const right = column('oR', items).slice(first!.step, second!.step);
  const half = right.slice(Math.floor(right.length / 2));
  const mean = half.reduce((sum, value) => sum + value, 0) / half.length;
  expect(distance([Number(second!.reason['gap'])], [-(slope * 16) / steps / (0.4 * mean)])).toBeLessThan(1e-6);
  // Its window and centre lie after the first firing.
  expect(second!.step - 1.5 * steps).toBeGreaterThanOrEqual(first!.step);
});

describe('a training that keeps its drift', () => {
  it('takes the same steps to the last bit', async () => {
    const plain = { ...onQuadratic(0.5, 3, 5), schedule: constant() };
    const [without, having] = [await collect(train(plain)), await collect(train({ ...plain, drift: true }))];
    expect(column('oL', having)).toEqual(column('oL', without));
    const drifts = (items: readonly TrainingItem[]) => itemsOf('epoch', items).map(({ record }) => record.drift?.look);
    expect(drifts(having)).toEqual([undefined, undefined, undefined, 1, undefined]);
    expect(drifts(without).every((look) => look === undefined)).toBe(true);
  });

  it('begins anew when the rate is set by hand', async () => {
    const training = train({ ...onQuadratic(0.5, 3, 8), schedule: constant(), drift: true });
    const looks: number[] = [];
    for await (const item of training) {
      if (item.type === 'epoch' && item.record.drift) looks.push(item.record.epoch);
      if (item.type === 'epoch' && item.record.epoch === 3) training.setLearningRate(0.1, 'c1');
    }
    // 3 + 4 epochs.
    expect(looks).toEqual([7]);
  });

  it('may be given the schedule later; one that does not is refused it', () => {
    const plain = { ...onQuadratic(0.5, 3), schedule: constant() };
    train({ ...plain, drift: true }).setSchedule(stationary(), 'c1');
    expect(() => train(plain).setSchedule(stationary(), 'c1')).toThrow(
      'schedule must be another one where the drift has not been kept from the start; found "stationary"',
    );
    expect(() => train({ ...plain, optimizer: adam(), schedule: stationary() })).toThrow(
      'schedule must be another one with adam, whose O_R is not defined; found "stationary"',
    );
  });

  it('refuses a snapshot whose ladders are not its own', async () => {
    const options = onQuadratic(0.5, 3);
    const snapshot = stored(train(options).snapshot());
    const { drift } = snapshot.state;
    const other = (ladders: NonNullable<typeof drift>['ladders']) => ({
      ...snapshot,
      state: { ...snapshot.state, drift: { ...drift!, ladders } },
    });
    expect(() => train({ ...options, resume: other(drift!.ladders.slice(1)) })).toThrow(
      "the snapshot's drift has ladders of 24 samples of 1 tensors, expected 16 samples of 1 tensors, 24 samples of 1 tensors",
    );
    const tensors = Object.fromEntries(
      Object.entries(snapshot.tensors).filter(([name]) => name !== 'drift1-centre/position'),
    );
    expect(() => train({ ...options, resume: { ...snapshot, tensors } })).toThrow('lacks drift1-centre/position');
  });
});
