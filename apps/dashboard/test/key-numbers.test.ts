import type { EpochRecord } from '@fdr/records';
import { expect, it } from 'vitest';
import { quadraticRun } from '../../../packages/figures/test/quadratic-run.js';
import { keyNumbers } from '../src/run/key-numbers.js';

const recorded = quadraticRun(12);

it('key numbers show the last epoch, the learning rate and the accuracy', () => {
  const last = recorded.epochs.at(-1)!;
  const numbers = new Map(
    keyNumbers({
      ...recorded,
      epochs: [...recorded.epochs],
      events: [...recorded.events],
      skipped: 0,
      diskError: null,
    }).map((n) => [n.name, n]),
  );
  expect(numbers.get('Epoch')).toMatchObject({ value: '12', note: 'of 12 · step 2,400' });
  expect(numbers.get('Learning rate')!.value).toBe(
    String(Number((0.1 * 0.9 ** recorded.events.length).toPrecision(4))),
  );
  expect(numbers.get('Test accuracy')!.value).toBe(`${(100 * last.testAccuracy).toFixed(2)} %`);
});

it('the accuracy of an average of the parameters is one of them where one is kept', () => {
  const numbers = (average: EpochRecord['average']) =>
    keyNumbers({ ...recorded, epochs: [{ ...recorded.epochs[0]!, average }], events: [], skipped: 0, diskError: null });
  const average = { steps: 1200, trainLoss: 0.25, trainAccuracy: 0.5, testLoss: 0.75, testAccuracy: 0.875 };
  const name = 'Test accuracy of the average';
  expect(numbers(average).find((one) => one.name === name)).toEqual({
    name,
    value: '87.50 %',
    note: 'training loss 0.25, over 1,200 steps',
  });
  expect(numbers(undefined).map((one) => one.name)).not.toContain(name);
});

it('the valley floor is estimated only in equilibrium', () => {
  const floor = (change: object) => {
    const epochs = [{ ...recorded.epochs[0]!, learningRate: 0.1, lossHalf: 0.5, oLHalf: 0.25, ...change }];
    const numbers = keyNumbers({ ...recorded, epochs, events: [], skipped: 0, diskError: null });
    return numbers.find(({ name }) => name === 'Valley floor');
  };
  // 0.5 - 0.25 / 2; of the height of 0.125, half the rate gains a half.
  expect(floor({ oRHalf: 0.25, ratio: 1 })).toMatchObject({
    value: '0.375',
    note: '0.125 below the loss; halving the rate gains 0.0625',
  });
  expect(floor({ oRHalf: 0.2, ratio: 1.25 })).toMatchObject({ value: '–', note: 'no estimate: not in equilibrium' });
});
