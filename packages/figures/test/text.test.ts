import { formatNumber } from '@fdr/core/relations';
import type { Command } from '@fdr/records';
import { describe, expect, it } from 'vitest';
import { curvePoint } from '../src/curve.js';
import { csv, eventText } from '../src/index.js';
import { rangeOf, ticks } from '../src/scale.js';
import { tooltipText, type TooltipContent } from '../src/tooltip.js';

it('ticks are round and lie in the range', () => {
  expect(ticks('linear', { from: 0, to: 100 }, 5)).toEqual([0, 20, 40, 60, 80, 100]);
  expect(ticks('linear', { from: 0.97, to: 1.03 }, 5)).toEqual([0.97, 0.98, 0.99, 1, 1.01, 1.02, 1.03]);
  expect(ticks('log', { from: 0.0017, to: 250 }, 8)).toEqual([0.01, 0.1, 1, 10, 100]);
  expect(ticks('log', { from: 0.3, to: 2.5 }, 5)).toEqual([0.3, 0.5, 1, 2]);
  expect(() => ticks('log', { from: 0, to: 1 }, 5)).toThrow('above 0, not 0..1');
  expect(() => ticks('linear', { from: 2, to: 2 }, 5)).toThrow('not 2..2');
});

it('a range ignores values that its scale cannot show and is never empty', () => {
  expect(rangeOf([NaN, 1, Infinity, 2], 'linear')).toEqual({ from: 0.96, to: 2.04 });
  expect(rangeOf([-3, 0, 5], 'log')).toEqual({ from: 5 / 1.02, to: 5 * 1.02 });
  expect(rangeOf([], 'log')).toEqual({ from: 0.1, to: 1 });
});

it('a CSV holds no text that a spreadsheet would run as a formula', () => {
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

describe('an event’s text', () => {
  const at = { step: 7800, epoch: 13, time: '2026-01-01T00:00:00.000Z' };
  const target = { commandId: 'c', runId: 'r' };

  it('gives the reason of a change of the learning rate in the words that were recorded', () => {
    const message = 'the ratio 1.0041 was within 0.01 of 1 over the last 3,900 steps';
    const reason = { rule: 'equilibrium', message, ratio: 1.00412, threshold: 0.01, stepsUsed: 3900 };
    expect(eventText({ ...at, type: 'learningRate', from: 0.1, to: 0.09, reason })).toBe(
      'Learning rate 0.1 → 0.09: the ratio 1.0041 was within 0.01 of 1 over the last 3,900 steps',
    );
  });

  it('names the options of a schedule in words', () => {
    const schedule = { kind: 'step', everyEpochs: 100, minimumLearningRate: 1e-7, balance: 'total' };
    expect(eventText({ ...at, type: 'schedule', schedule, commandId: 'c' })).toBe(
      'Schedule set by hand: step, every epochs 100, minimum learning rate 1e-7, balance total',
    );
  });

  it.each<[Command, string]>([
    [{ ...target, type: 'pause' }, 'Asked to pause'],
    [{ ...target, type: 'setLearningRate', learningRate: 0.05 }, 'Asked for learning rate 0.05'],
    [{ ...target, type: 'setSchedule', schedule: { kind: 'constant' } }, 'Asked to change the schedule'],
  ])('names the command %o', (command, text) => {
    expect(eventText({ ...at, type: 'command', command })).toBe(text);
  });

  it('shows a warning and a status with its message, if there is one', () => {
    expect(eventText({ ...at, type: 'warning', message: 'late' })).toBe('Warning: late');
    expect(eventText({ ...at, type: 'status', status: 'failed', message: 'out of memory' })).toBe(
      'Failed: out of memory',
    );
    expect(eventText({ ...at, type: 'status', status: 'finished', message: '' })).toBe('Finished');
  });
});

describe('a tooltip', () => {
  const content: TooltipContent = {
    curves: [
      { name: 'a', curve: [10, 20, 30].map((y, index) => curvePoint(index + 1, y)) },
      {
        name: 'b',
        curve: [
          { x: 0.5, low: 1, high: 1, broken: false },
          { x: 2.6, low: 2, high: 4, broken: false },
        ],
      },
      { name: 'empty', curve: [] },
    ],
    changes: [{ epoch: 2.4, from: 1, to: 0.9, text: 'because' }],
    range: { from: 0, to: 100 },
    xName: 'epoch',
    formatValue: (value) => formatNumber(value),
  };

  it('reads every curve at its nearest point, and shows a change of the learning rate that is near', () => {
    expect(tooltipText(content, 2.4)).toBe('epoch 2.4\na: 20\nb: 2 … 4\nbecause');
    expect(tooltipText({ ...content, range: { from: 0, to: 3 } }, 2.9)).toBe('epoch 2.9\na: 30\nb: 2 … 4');
  });

  it('breaks a long reason into lines', () => {
    const text = 'Learning rate 0.1 → 0.09: the ratio 1.0041 was within 0.01 of 1 over the last 3,900 steps';
    const changes = [{ epoch: 1, from: 0.1, to: 0.09, text }];
    expect(tooltipText({ ...content, curves: [], changes }, 1).split('\n')).toEqual([
      'epoch 1',
      'Learning rate 0.1 → 0.09: the ratio 1.0041 was',
      'within 0.01 of 1 over the last 3,900 steps',
    ]);
  });
});
