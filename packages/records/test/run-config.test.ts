import { describe, expect, it } from 'vitest';
import { eventRecord, runConfig } from '../src/index.js';

/** As the first version wrote it. */
const FIRST = {
  ...{ model: 'mlp', dataset: 'mnist', optimizer: 'sgd', learningRate: 0.1, momentum: 0, dampening: 0 },
  ...{ weightDecay: 0.01, batchSize: 100, epochs: 100, schedule: 'equilibrium', threshold: 0.01, decay: 0.1 },
  ...{ seed: 1, backend: 'onnx', threads: 2 },
};

describe('a run configuration', () => {
  it('is read as it was written before there were options', () => {
    expect(runConfig.parse(FIRST)).toEqual(FIRST);
  });

  it('carries the options of the schedules', () => {
    const options = {
      ...{ model: 'cnn', optimizer: 'amsgrad', balance: 'layers', minimumSteps: 1000, passes: 2 },
      ...{ everyEpochs: 10, divisor: 2, patience: 0, factor: 0.5, improvement: 0, minimumLearningRate: 1e-4 },
    };
    for (const schedule of ['equilibrium', 'step', 'constant', 'cosine', 'plateau'])
      expect(runConfig.parse({ ...FIRST, ...options, schedule })).toEqual({ ...FIRST, ...options, schedule });
  });

  it('carries the names of extra observables', () => {
    const observables = ['noiseTrace', 'cubicLeft'];
    expect(runConfig.parse({ ...FIRST, observables })).toEqual({ ...FIRST, observables });
  });

  it.each([
    { observables: [] },
    { observables: 'noiseTrace' },
    { observables: [''] },
    { passes: 0 },
    { passes: 1.5 },
    { minimumSteps: -1 },
    { balance: 'each' },
    { patience: -1 },
    { divisor: 1 },
    { factor: 0 },
    { factor: 1 },
    { improvement: 1 },
    { cooldown: 3 },
  ])('refuses %j', (change) => {
    expect(runConfig.safeParse({ ...FIRST, ...change }).success).toBe(false);
  });
});

describe('the reason of a learning rate', () => {
  const change = { type: 'learningRate', step: 5, epoch: 1, time: '2026-01-01T00:00:00Z', from: 0.1, to: 0.01 };

  it.each([
    { rule: 'equilibrium', ratio: 1.001, threshold: 0.01, stepsUsed: 300 },
    { rule: 'equilibrium', ratio: 1.001, threshold: 0.01, stepsUsed: 300, layer: 'dense1.bias' },
    { rule: 'step', everyEpochs: 100 },
    { rule: 'cosine', epochs: 3, ofEpochs: 100 },
    { rule: 'plateau', best: 0.25, epochs: 11 },
    { rule: 'command', commandId: 'c1' },
  ])('is kept whole: $rule', (reason) => {
    expect(eventRecord.parse({ ...change, reason })).toEqual({ ...change, reason });
  });

  it('is one that is known', () => {
    expect(eventRecord.safeParse({ ...change, reason: { rule: 'whim' } }).success).toBe(false);
  });
});
