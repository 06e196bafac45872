import { describe, expect, it } from 'vitest';
import { inEquilibrium, isBalanced } from '../src/relations/equilibrium-rule.js';
import { currentRate } from '../src/relations/current-rate.js';
import { dynamicsOf, thresholdOf } from '../src/relations/run-config.js';
import { bestEpoch } from '../src/relations/run-status.js';
import { equilibrium } from '../src/relations/schedules/equilibrium.js';
import { windowDefects } from '../src/relations/window-defect.js';
import { RECORDED_CONFIG } from './reference/recorded-config.js';

describe('what a run is known by', () => {
  it('dynamicsOf: mu and nu with SGD alone', () => {
    expect(dynamicsOf({ kind: 'sgd', momentum: 0.9, dampening: 0.3 })).toMatchObject({ momentum: 0.9, dampening: 0.3 });
    expect(dynamicsOf({ kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 })).toBeUndefined();
    expect(dynamicsOf({ kind: 'amsgrad', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 })).toBeUndefined();
  });

  it('thresholdOf: that of the equilibrium schedule, the paper’s under any other', () => {
    const scheduled = equilibrium({ threshold: 0.2 }).settings as unknown as Parameters<typeof thresholdOf>[0];
    expect(thresholdOf(scheduled)).toBe(0.2);
    expect(thresholdOf({ kind: 'cosine', minimumLearningRate: 0.5 })).toBe(0.01);
  });

  it('bestEpoch: the highest test accuracy, the first of several, and none of NaN', () => {
    const epochs = [NaN, 0.5, 0.9, 0.7, 0.9, NaN].map((testAccuracy, epoch) => ({ epoch, testAccuracy }));
    expect(bestEpoch(epochs)?.epoch).toBe(2);
    expect(bestEpoch(epochs.slice(0, 1))).toBeUndefined();
    expect(bestEpoch([{ testAccuracy: 0 }])).toEqual({ testAccuracy: 0 });
    expect(bestEpoch<{ testAccuracy: number }>([])).toBeUndefined();
  });

  it('currentRate: what was commanded counts before a step has been made by it', () => {
    const at = { step: 1, epoch: 0, time: '2026-01-01T00:00:00.000Z' };
    const run = { config: RECORDED_CONFIG };
    const change = (to: number) =>
      ({ ...at, type: 'learningRate', from: 1, to, reason: { rule: 'step', message: '' } }) as const;
    const ask = (learningRate: number) =>
      ({
        ...at,
        type: 'command',
        command: { commandId: 'c', runId: 'r', type: 'setLearningRate', learningRate },
      }) as const;
    const pause = { ...at, type: 'command', command: { commandId: 'd', runId: 'r', type: 'pause' } } as const;
    expect(currentRate(run, [])).toBe(0.1);
    expect(currentRate(run, [change(0.05), pause])).toBe(0.05);
    expect(currentRate(run, [change(0.05), ask(0.02)])).toBe(0.02);
    expect(currentRate(run, [change(0.05), ask(0.02), change(0.02), change(0.01)])).toBe(0.01);
  });

  it('isBalanced: the rule of section 3.3 without its number of steps', () => {
    expect(isBalanced({ oLHalf: 1.005, oRHalf: 1 }, 0.01)).toBe(true);
    // 5/4 - 1 is 1/4 to the last bit, and "less than" leaves the edge out.
    expect(isBalanced({ oLHalf: 5, oRHalf: 4 }, 0.25)).toBe(false);
    for (const [oLHalf, oRHalf] of [
      [NaN, 1],
      [1, NaN],
      [0, 0],
      [-1, -1],
      [Infinity, Infinity],
    ] as const)
      expect(isBalanced({ oLHalf, oRHalf }, 0.999)).toBe(false);
    expect(inEquilibrium({ oLHalf: 1, oRHalf: 1, stepsUsed: 1 }, 0.01)).toBe(false);
  });
});

describe('windowDefects', () => {
  // Two tensors, three steps: left - right is 1, 1, 1 of the first and -1, 0, 2 of the second.
  const left = Float32Array.of(3, 1, 4, 2, 5, 6);
  const right = Float32Array.of(2, 2, 3, 2, 4, 4);
  const expected = [
    { expected: 3, rounding: 1 },
    { expected: 2, rounding: 0.5 },
  ];

  it('sums each tensor over the steps, and the total over the tensors', () => {
    const { total, tensors } = windowDefects(left, right, expected);
    // Sizes: 3 + 2 + 4 + 3 + 5 + 4 = 21, with its rounding 22; 1 + 2 + 2 + 2 + 6 + 4 = 17, 17.5.
    expect(tensors).toEqual([
      { sum: 3, expected: 3, scale: 22, defect: 0 },
      { sum: 1, expected: 2, scale: 17.5, defect: 1 / 17.5 },
    ]);
    expect(total).toEqual({ sum: 4, expected: 5, scale: 39.5, defect: 1 / 39.5 });
  });

  it('is NaN where a side is, and refuses sides of another length', () => {
    const { total, tensors } = windowDefects(left.with(1, NaN), right, expected);
    expect([total.defect, tensors[1]!.defect]).toEqual([NaN, NaN]);
    expect(tensors[0]!.defect).toBe(0);
    const message = 'both sides must have a number for every tensor and step';
    expect(() => windowDefects(left, right.subarray(1), expected)).toThrow(message);
    expect(() => windowDefects(left.subarray(1), right.subarray(1), expected)).toThrow(message);
  });
});
