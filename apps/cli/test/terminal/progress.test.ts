import { describe, expect, it } from 'vitest';
import type { Output } from '../../src/terminal/output.js';
import { progressLine, type TrainingState } from '../../src/terminal/progress-line.js';
import { createProgress } from '../../src/terminal/progress.js';
import { createStepRate } from '../../src/terminal/step-rate.js';

const state: TrainingState = {
  epoch: 12.5,
  epochs: 100,
  stepsPerSecond: 1043.4,
  remainingSeconds: 50.3,
  loss: 0.32513,
  accuracy: 0.9712,
  ratio: 1.0551,
  learningRate: 0.1,
};

describe('progressLine', () => {
  it('shows everything where there is room', () => {
    expect(progressLine(state)).toBe(
      'epoch 12.5/100  1043 steps/s  ETA 0:50  loss 0.3251  test 97.12 %  ratio 1.055  lr 0.1',
    );
  });

  it('shows the accuracy of the average beside that of the parameters, where one is kept', () => {
    expect(progressLine({ ...state, averageAccuracy: 0.975 })).toContain('  test 97.12 %, average 97.50 %  ratio');
  });

  it.each([
    [80, 'epoch 12.5/100  ETA 0:50  loss 0.3251  test 97.12 %  ratio 1.055  lr 0.1'],
    [60, 'epoch 12.5/100  ETA 0:50  loss 0.3251  ratio 1.055  lr 0.1'],
    [40, 'epoch 12.5/100  loss 0.3251  ratio 1.055'],
    [20, 'epoch 12.5/100'],
    [10, 'epoch 12.…'],
    [1, '…'],
    [0, ''],
  ])('fits %i columns', (columns, line) => expect(progressLine(state, columns)).toBe(line));

  it.each([
    [1043.4, '1043'],
    [9.52, '9.5'],
    [0.0172, '0.017'],
  ])('shows %d steps a second as %s', (stepsPerSecond, text) =>
    expect(progressLine({ ...state, stepsPerSecond })).toContain(`  ${text} steps/s  `),
  );

  it('tells what is unknown from what is not a number', () => {
    const unknown = { ...state, loss: NaN, accuracy: NaN, ratio: NaN, stepsPerSecond: NaN, remainingSeconds: NaN };
    expect(progressLine(unknown)).toBe('epoch 12.5/100  - steps/s  ETA ?  loss NaN  test -  ratio -  lr 0.1');
    expect(progressLine({ ...state, loss: Infinity })).toContain('loss ∞');
  });
});

describe('createStepRate', () => {
  it('is the rate of the last twenty seconds', () => {
    let time = 0;
    const rate = createStepRate(100, () => time);
    expect(rate.perSecond()).toBeNaN();
    rate.note(0);
    expect(rate.perSecond()).toBeNaN();
    // 100 steps a second for 40 s, then 300
    for (let second = 1; second <= 40; second++) {
      time = 1000 * second;
      rate.note(100 * second);
    }
    expect(rate.perSecond()).toBeCloseTo(100, 9);
    for (let second = 1; second <= 10; second++) {
      time = 40_000 + 1000 * second;
      rate.note(4000 + 300 * second);
    }
    // 10 s at 100 and 10 s at 300
    expect(rate.perSecond()).toBeCloseTo(200, 9);
  });

  it('is the rate of a whole epoch, evaluation included, where that takes longer', () => {
    let time = 0;
    const rate = createStepRate(600, () => time);
    const rates: number[] = [];
    rate.note(0);
    // 600 steps in a minute, an evaluation of another: 5 steps a second.
    for (let epoch = 0; epoch < 3; epoch++) {
      for (let segment = 1; segment <= 60; segment++) {
        time += 1000;
        rate.note(600 * epoch + 10 * segment);
        rates.push(rate.perSecond());
      }
      time += 60_000;
      rate.note(600 * (epoch + 1));
      rates.push(rate.perSecond());
    }
    // Before the first evaluation the rate knows of none; after that each window holds exactly one.
    for (const before of rates.slice(0, 60)) expect(before).toBeCloseTo(10, 9);
    for (const after of rates.slice(60)) expect(after).toBeCloseTo(5, 9);
  });

  it('starts anew where steps go back', () => {
    let time = 0;
    const rate = createStepRate(100, () => time);
    rate.note(1000);
    time = 1000;
    rate.note(10);
    expect(rate.perSecond()).toBeNaN();
    time = 2000;
    rate.note(60);
    expect(rate.perSecond()).toBe(50);
  });
});

function screen(redraws: boolean, columns?: number): Output & { readonly text: () => string } {
  let text = '';
  return { write: (more) => void (text += more), redraws, columns: () => columns, text: () => text };
}

describe('createProgress', () => {
  it('draws one line over and over on a terminal, and leaves notes standing', () => {
    let time = 0;
    const output = screen(true, 60);
    const progress = createProgress(output, { epochs: 2, stepsPerEpoch: 100, learningRate: 0.1, now: () => time });
    for (let step = 10; step <= 100; step += 10) {
      time += 50;
      progress.onSteps(step, { loss: 1 });
    }
    progress.note('the rate\nfell');
    progress.onEpoch(100, { ratio: 1.5, accuracy: 0.5, learningRate: 0.09 });
    progress.end();
    progress.end();
    const lines = output.text().split('\n');
    expect(lines.length).toBe(3);
    // Every 100 ms of the 500: the first at once, then every second one, then the note's.
    expect(lines[0]?.split('\r\u001b[K').length).toBe(1 + 5 + 1);
    expect(lines[0]?.endsWith('\r\u001b[Kthe rate fell')).toBe(true);
    expect(lines[1]?.split('\r\u001b[K').at(-1)).toBe('epoch 1.0/2  ETA 0:01  loss 1.000  ratio 1.500  lr 0.09');
    for (const drawn of output.text().split(/[\r\n]/)) expect(drawn.replace('\u001b[K', '').length).toBeLessThan(60);
  });

  it('prints a line an epoch without a terminal, at most one a second, the last in any case', () => {
    let time = 0;
    const output = screen(false);
    const progress = createProgress(output, { epochs: 30, stepsPerEpoch: 10, learningRate: 0.1, now: () => time });
    for (let epoch = 1; epoch <= 30; epoch++) {
      time += 100;
      progress.onSteps(10 * epoch, { loss: 1 });
      progress.onEpoch(10 * epoch, { ratio: 1 });
    }
    progress.end();
    const lines = output.text().trimEnd().split('\n');
    expect(lines.map((line) => line.split('  ')[0])).toEqual([
      'epoch 1.0/30',
      'epoch 11.0/30',
      'epoch 21.0/30',
      'epoch 30.0/30',
    ]);
    expect(output.text()).not.toContain('\u001b');
  });
});
