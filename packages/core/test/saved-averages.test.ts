import { expect, it } from 'vitest';
import { EXTRA_OBSERVABLES } from '../src/observables/catalogue.js';
import { sgd } from '../src/optimizers/sgd.js';
import { averagedColumns, beginningOf, readingsOf, rowAverages } from '../src/relations/saved-averages.js';
import { constant } from '../src/relations/schedules/constant.js';
import { equilibrium } from '../src/relations/schedules/equilibrium.js';
import { train } from '../src/training/trainer.js';
import { base } from './contract/sample-training.js';

it.each([
  ['constant', constant(), []],
  ['dropping, all observables', equilibrium({ threshold: 0.5, decay: 0.1 }), EXTRA_OBSERVABLES],
])('the averages of recorded rows are those of the training, bit for bit (%s)', async (_, schedule, observables) => {
  const training = train({
    ...base,
    optimizer: sgd({ momentum: 0.9 }),
    schedule,
    observables,
    segmentSteps: () => 4,
  });
  const { stepColumns, stepsPerEpoch } = training;
  const rows: number[] = [];
  const lengths = new Set<number>();
  for await (const item of training) {
    if (item.type === 'steps') rows.push(...item.rows);
    const { tensors, state } = training.snapshot();
    const { steps } = state.averages['loss']!;
    const beginning = beginningOf(steps, state.progress.stepInEpoch, stepsPerEpoch);
    const again = rowAverages(stepColumns, readingsOf(averagedColumns(stepColumns), stepsPerEpoch, beginning));
    again.add(Float32Array.from(rows.slice((state.progress.step - steps) * stepColumns.length)));
    const found = again.save();
    expect(Object.keys(found)).toEqual(Object.keys(state.averages));
    for (const [name, { state: own, prefixes }] of Object.entries(found)) {
      expect(own).toEqual(state.averages[name]);
      expect(prefixes).toEqual(tensors[`averages/${name}`]!.values);
    }
    lengths.add(steps);
  }
  expect(rows.length).toBeGreaterThan(0);
  expect(lengths.size).toBeGreaterThan(5);
});

it('the columns of averages are not averaged, and those without one are', () => {
  expect(averagedColumns(['loss', 'lossHalf', 'oL', 'oLHalf', 'oL/a', 'otherHalf'])).toEqual([
    { name: 'loss', half: true },
    { name: 'oL', half: true },
    { name: 'oL/a', half: false },
    { name: 'otherHalf', half: false },
  ]);
});

it('averages began where their steps lead back to, epochs ago', () => {
  expect([beginningOf(8, 2, 10), beginningOf(2, 2, 10), beginningOf(35, 2, 10), beginningOf(0, 10, 10)]).toEqual([
    4, 0, 7, 0,
  ]);
});
