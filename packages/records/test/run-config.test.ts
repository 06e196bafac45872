import { describe, expect, it } from 'vitest';
import { command, eventRecord, runConfig } from '../src/index.js';

const EQUILIBRIUM = {
  kind: 'equilibrium',
  threshold: 0.01,
  decay: 0.1,
  balance: 'total',
  minimumSteps: 0,
  passes: 1,
  minimumLearningRate: 0,
};

const CONFIG = {
  model: 'mlp',
  dataset: 'mnist',
  optimizer: { kind: 'sgd', momentum: 0, dampening: 0 },
  learningRate: 0.1,
  weightDecay: 0.01,
  batchSize: 100,
  sampling: 'shuffle',
  epochs: 100,
  schedule: EQUILIBRIUM,
  seed: 1,
  backend: 'onnx',
  threads: 2,
};

describe('a run configuration', () => {
  it.each([
    { schedule: EQUILIBRIUM },
    { schedule: { ...EQUILIBRIUM, balance: 'layers', minimumSteps: 1000, passes: 2, minimumLearningRate: 1e-4 } },
    { schedule: { kind: 'step', everyEpochs: 10, divisor: 2, minimumLearningRate: 0 } },
    { schedule: { kind: 'constant' } },
    { schedule: { kind: 'cosine', minimumLearningRate: 1e-4 } },
    { schedule: { kind: 'plateau', patience: 0, factor: 0.5, improvement: 0, minimumLearningRate: 0 } },
    { optimizer: { kind: 'amsgrad', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } },
    { sampling: 'replacement' },
    { schedule: { kind: 'linear' }, average: 'tail' },
    { schedule: { kind: 'wsd', decayFraction: 1 }, average: 'polynomial' },
    { schedule: { kind: 'cooldown', threshold: 0.1 } },
    { schedule: { kind: 'constant' }, drift: true },
    { optimizer: { kind: 'schedule-free', interpolation: 0.9, warmupSteps: 0 } },
    { observables: ['noiseTrace', 'cubicLeft'] },
    { start: 'a.safetensors', centre: 'b.safetensors' },
  ])('accepts %j', (change) => {
    expect(runConfig.parse({ ...CONFIG, ...change })).toEqual({ ...CONFIG, ...change });
  });

  it.each([
    { sampling: 'bootstrap' },
    { observables: [] },
    { observables: 'noiseTrace' },
    { observables: [''] },
    { schedule: { ...EQUILIBRIUM, passes: 0 } },
    { schedule: { ...EQUILIBRIUM, passes: 1.5 } },
    { schedule: { ...EQUILIBRIUM, minimumSteps: -1 } },
    { schedule: { ...EQUILIBRIUM, balance: 'each' } },
    { schedule: { ...EQUILIBRIUM, threshold: undefined } },
    { schedule: { ...EQUILIBRIUM, patience: 3 } },
    { schedule: { kind: 'plateau', patience: -1, factor: 0.5, improvement: 0, minimumLearningRate: 0 } },
    { schedule: { kind: 'plateau', patience: 3, factor: 0, improvement: 0, minimumLearningRate: 0 } },
    { schedule: { kind: 'plateau', patience: 3, factor: 1, improvement: 0, minimumLearningRate: 0 } },
    { schedule: { kind: 'plateau', patience: 3, factor: 0.5, improvement: 1, minimumLearningRate: 0 } },
    { schedule: { kind: 'step', everyEpochs: 10, divisor: 1, minimumLearningRate: 0 } },
    { schedule: { kind: 'mine' } },
    { optimizer: { kind: 'sgd', momentum: 1, dampening: 0 } },
    { optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 0 } },
    { optimizer: { kind: 'adam', momentum: 0 } },
    { cooldown: 3 },
  ])('refuses %j', (change) => {
    expect(runConfig.safeParse({ ...CONFIG, ...change }).success).toBe(false);
  });
});

describe('the reason of a learning rate', () => {
  const change = { type: 'learningRate', step: 5, epoch: 1, time: '2026-01-01T00:00:00Z', from: 0.1, to: 0.01 };

  it('keeps its numbers, those that JSON cannot spell included', () => {
    const reason = {
      rule: 'equilibrium',
      message: 'the ratio was within 0.01 of 1',
      ratio: 1.001,
      layer: 'dense1.bias',
    };
    expect(eventRecord.parse({ ...change, reason })).toEqual({ ...change, reason });
    expect(eventRecord.parse({ ...change, reason: { ...reason, ratio: 'NaN' } })).toEqual({
      ...change,
      reason: { ...reason, ratio: NaN },
    });
  });

  it('has words', () => {
    expect(eventRecord.safeParse({ ...change, reason: { rule: 'step' } }).success).toBe(false);
  });
});

describe('a schedule that is changed during a run', () => {
  const schedule = { kind: 'plateau', patience: 3, factor: 0.5, improvement: 0, minimumLearningRate: 0 };

  it('is asked for with every option of it', () => {
    const asked = { type: 'setSchedule', commandId: 'c1', runId: 'r1', schedule };
    expect(command.parse(asked)).toEqual(asked);
    expect(command.safeParse({ ...asked, schedule: { kind: 'plateau' } }).success).toBe(false);
  });

  it('is recorded even if it is not built in', () => {
    const event = { type: 'schedule', step: 5, epoch: 1, time: '2026-01-01T00:00:00Z', commandId: 'c1' };
    for (const one of [schedule, { kind: 'mine', patience: 3, mode: 'fast' }])
      expect(eventRecord.parse({ ...event, schedule: one })).toEqual({ ...event, schedule: one });
  });
});
