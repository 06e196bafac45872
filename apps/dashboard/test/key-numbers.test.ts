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

it('the valley floor is estimated only in equilibrium, and from ten epochs on', () => {
  const floor = (change: object, count = 10) => {
    const epoch = { ...recorded.epochs[0]!, learningRate: 0.1, lossHalf: 0.5, trainLoss: 0.5, oLHalf: 0.25, ...change };
    // So many steps an epoch that no direction is too soft for what shuffling takes of it.
    const run = { ...recorded.run, stepsPerEpoch: 1e6 };
    const epochs = Array.from({ length: count }, () => epoch);
    const numbers = keyNumbers({ ...recorded, run, epochs, events: [], skipped: 0, diskError: null });
    return numbers.find(({ name }) => name === 'Valley floor');
  };
  // 0.5 - 0.25 / 2; of the height of 0.125, half the rate gains a half.
  expect(floor({ oRHalf: 0.25, ratio: 1 })).toMatchObject({
    value: '0.375',
    note: 'harmonic estimate, 0.375 to 0.375; halving the rate gains 0.0625 to 0.0625',
  });
  const none = { value: '–', note: 'no estimate: it needs 10 epochs at one rate, and equilibrium' };
  expect(floor({ oRHalf: 0.2, ratio: 1.25 })).toMatchObject(none);
  expect(floor({ oRHalf: 0.25, ratio: 1 }, 9)).toMatchObject(none);
  expect(floor({}, 0)).toMatchObject({ value: '–', note: 'no epoch has finished yet' });
});

it('the relaxation time is that of the learning rate of now', () => {
  const shown = (change: object) => {
    const config = { ...recorded.run.config, ...change };
    const history = {
      ...recorded,
      run: { ...recorded.run, config },
      epochs: [],
      events: [],
      skipped: 0,
      diskError: null,
    };
    return keyNumbers(history).find(({ name }) => name === 'Relaxation time');
  };
  // 1 / (2 * 0.1 * 0.01) = 500 steps, 200 of them an epoch.
  expect(shown({})).toMatchObject({ value: '2.5', note: 'epochs at this rate, at least; the run has 12' });
  expect(shown({ epochs: 4 })!.note).toBe('epochs at this rate, at least; the run is shorter than 2 of it');
  expect(shown({ weightDecay: 0 })!.value).toBe('∞');
  const optimizer = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
  expect(shown({ optimizer })).toMatchObject({ value: '–', note: 'not defined with adam' });
  const change = { ...recorded.events[0]!, to: 0.05 };
  const history = { ...recorded, epochs: [], events: [change], skipped: 0, diskError: null } as Parameters<
    typeof keyNumbers
  >[0];
  expect(keyNumbers(history).find(({ name }) => name === 'Relaxation time')!.value).toBe('5');
});

it('the noise scale is that of the last epoch, or the reason why there is none', () => {
  const shown = (change: object, config: object = {}, count = 1) => {
    const epoch = { ...recorded.epochs[0]!, learningRate: 0.1, gradientNormSquared: 0.1, oFB: 0.1, ...change };
    const run = { ...recorded.run, stepsPerEpoch: 10, config: { ...recorded.run.config, ...config } };
    const epochs = Array.from({ length: count }, () => epoch);
    const numbers = keyNumbers({ ...recorded, run, epochs, events: [], skipped: 0, diskError: null });
    return numbers.find(({ name }) => name === 'Noise scale');
  };
  // 100 (2 * 0.055 / 0.1 - 0.1) (999 / 900) / 0.1
  expect(shown({ oRHalf: 0.055 })).toMatchObject({
    value: '1110',
    note: 'examples: a mini-batch of as many has as much noise as gradient; it has 100',
  });
  const optimizer = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
  expect(shown({}, { optimizer })).toMatchObject({ value: '–', note: expect.stringContaining('noiseTrace') as string });
  expect(shown({}, {}, 0)).toMatchObject({ value: '–', note: 'no epoch has finished yet' });
});

it('the ratio is green only where the verdict is balanced, and says how much it scatters', () => {
  const shown = (scatter: number | undefined, layer: number) => {
    const sides = { oLHalf: 2.01, oRHalf: 2, ratio: 1.005, scatter };
    const layers = { 'a.kernel': { oLHalf: layer, oRHalf: 1, ratio: layer, scatter: 0.001 } };
    const epoch = { ...recorded.epochs[0]!, ...sides, layers };
    const numbers = keyNumbers({ ...recorded, epochs: [epoch], events: [], skipped: 0, diskError: null });
    return numbers.find(({ name }) => name === 'Ratio O_L / O_R');
  };
  expect(shown(0.002, 1)).toMatchObject({ value: '1.005', note: '1.005 ± 0.004, balanced; equilibrium is 1 ± 0.01', tone: 'good' }); // prettier-ignore
  // 1.005 is within 1 ± 0.01, by luck or not.
  expect(shown(0.02, 1)).toMatchObject({ note: '1.00 ± 0.04, undecided; equilibrium is 1 ± 0.01', tone: undefined });
  expect(shown(0.002, 0.62)).toMatchObject({ note: expect.stringContaining('settling') as string, tone: undefined });
  expect(shown(undefined, 1)).toMatchObject({ note: 'undecided; equilibrium is 1 ± 0.01', tone: undefined });
});

it('before the first epoch has ended, loss and ratio are those of the steps, and the rate is shown', () => {
  const numbers = keyNumbers({ ...recorded, epochs: [], events: [], skipped: 0, diskError: null }, 612.4);
  const find = (wanted: string) => numbers.find(({ name }) => name === wanted);
  // The last row of the run: loss, lossHalf, oL, oLHalf, oR, oRHalf.
  const [, lossHalf = NaN, , oLHalf = NaN, , oRHalf = NaN] = recorded.rows.slice(-6);
  expect(Number(find('Loss')!.value)).toBeCloseTo(lossHalf, 3);
  expect(Number(find('Ratio O_L / O_R')!.value)).toBeCloseTo(oLHalf / oRHalf, 3);
  expect(find('Epoch')!.note).toBe('of 12 · step 2,400 · 612 steps/s');
});
