import { expect, it } from 'vitest';
import { csv, eventText, numberText, percentText } from '../src/index.js';
import { rangeOf, ticks } from '../src/scale.js';
import { tooltipText } from '../src/tooltip.js';
import { curve } from '../src/curve.js';

it('numbers are short and never lie', () => {
  expect([0.0081000001, 1234567, -0.00012347, 33.0651, 0, 96.9].map((value) => numberText(value))).toEqual([
    '0.0081',
    '1.235e6',
    '-1.235e-4',
    '33.07',
    '0',
    '96.9',
  ]);
  expect([NaN, Infinity, -Infinity].map((value) => numberText(value))).toEqual(['NaN', '∞', '−∞']);
  expect([0.97311, NaN].map(percentText)).toEqual(['97.31 %', 'NaN']);
});

it('ticks are round and lie in the range', () => {
  expect(ticks('linear', { from: 0, to: 100 }, 5)).toEqual([0, 20, 40, 60, 80, 100]);
  expect(ticks('linear', { from: 0.97, to: 1.03 }, 5)).toEqual([0.97, 0.98, 0.99, 1, 1.01, 1.02, 1.03]);
  expect(ticks('log', { from: 0.0017, to: 250 }, 8)).toEqual([0.01, 0.1, 1, 10, 100]);
  expect(ticks('log', { from: 0.3, to: 2.5 }, 5)).toEqual([0.3, 0.5, 1, 2]);
  expect(() => ticks('log', { from: 0, to: 1 }, 5)).toThrow('above 0, not 0..1');
  expect(() => ticks('linear', { from: 2, to: 2 }, 5)).toThrow('not 2..2');
});

it('a range leaves out what its scale cannot show and is never empty', () => {
  expect(rangeOf([NaN, 1, Infinity, 2], 'linear')).toEqual({ from: 0.96, to: 2.04 });
  expect(rangeOf([-3, 0, 5], 'log')).toEqual({ from: 5 / 1.02, to: 5 * 1.02 });
  expect(rangeOf([], 'log')).toEqual({ from: 0.1, to: 1 });
});

it('a spreadsheet runs nothing of a CSV', () => {
  const table = {
    columns: ['=cmd()', 'a,b'],
    rows: [
      ['+1', -1.5],
      ['@x "y"', NaN],
      ['-2', 1e-7],
    ],
  };
  expect(csv(table)).toBe('\'=cmd(),"a,b"\r\n\'+1,-1.5\r\n"\'@x ""y""",NaN\r\n\'-2,1e-7\r\n');
});

it('a change of the learning rate gives its reason', () => {
  const at = {
    step: 7800,
    epoch: 13,
    time: '2026-01-01T00:00:00.000Z',
    type: 'learningRate' as const,
    from: 0.1,
    to: 0.09,
  };
  const reason = { rule: 'equilibrium' as const, ratio: 1.00412, threshold: 0.01, stepsUsed: 3900 };
  expect(eventText({ ...at, reason })).toBe(
    'Learning rate 0.1 → 0.09: the ratio 1.0041 was within 0.01 of one over the last 3,900 steps',
  );
  expect(eventText({ ...at, reason: { rule: 'step', everyEpochs: 100 } })).toContain('100 epochs had passed');
  expect(eventText({ ...at, reason: { ...reason, layer: 'dense1.bias' } })).toContain(
    ': the slowest ratio, of dense1.bias, 1.0041 was within 0.01 of one',
  );
  expect(eventText({ ...at, reason: { rule: 'cosine', epochs: 3, ofEpochs: 50 } })).toContain(
    '3 of 50 epochs had passed',
  );
  expect(eventText({ ...at, reason: { rule: 'plateau', best: 0.25, epochs: 11 } })).toContain(
    'the training loss had not fallen below 0.25 for 11 epochs',
  );
});

it('a tooltip reads every curve at its nearest point, and the change that is near', () => {
  const curves = [
    { name: 'a', curve: curve([1, 2, 3], [10, 20, 30]) },
    { name: 'b', curve: { x: [0.5, 2.6], low: [1, 2], high: [1, 4], broken: [false, false] } },
    { name: 'empty', curve: curve([], []) },
  ];
  const drops = [{ epoch: 2.4, from: 1, to: 0.9, text: 'because' }];
  expect(tooltipText(curves, drops, { from: 0, to: 100 }, 2.4, numberText)).toBe('epoch 2.4\na: 20\nb: 2 … 4\nbecause');
  expect(tooltipText(curves, drops, { from: 0, to: 3 }, 2.9, numberText)).toBe('epoch 2.9\na: 30\nb: 2 … 4');
});
