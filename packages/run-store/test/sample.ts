import type { EpochRecord, EventRecord, Run, RunRow } from '@fdr/records';

export { temporaryFolder } from '@fdr/testing';

export const STEP_COLUMNS = ['loss', 'oL', 'oR'];

/** What is no run id, and what someone might hope to reach by it. */
export const WICKED_IDS = [
  '',
  '.',
  '..',
  '../sample',
  'sample/..',
  'sample/../sample',
  '%2e%2e',
  '%252e%252e%252fsample',
  '..\\sample',
  '/etc',
  'sample\0',
  'sam ple',
  'C:sample',
  '.hidden',
  'x'.repeat(129),
  'sämple',
  'sample\n',
];

export function sampleRun(id = 'sample'): Run {
  return {
    schemaVersion: 1,
    id,
    name: 'A sample <b>run</b>',
    tags: ['one'],
    createdAt: '2019-05-06T14:30:00.000Z',
    status: 'running',
    config: {
      model: 'mlp',
      dataset: 'synthetic',
      optimizer: { kind: 'sgd', momentum: 0, dampening: 0 },
      learningRate: 0.1,
      weightDecay: 0.01,
      batchSize: 10,
      sampling: 'shuffle',
      epochs: 3,
      schedule: {
        kind: 'equilibrium',
        threshold: 0.01,
        decay: 0.1,
        balance: 'total',
        minimumSteps: 0,
        passes: 1,
        minimumLearningRate: 0,
      },
      seed: 1,
      backend: 'cpu',
      threads: 1,
    },
    environment: {
      fdr: '0.1.0',
      node: 'v20.19.0',
      tensorflow: '4.22.0',
      onnxruntime: null,
      platform: 'linux x64',
      backend: 'cpu',
      threads: 1,
      commit: null,
    },
    dataHash: 'a'.repeat(64),
    parameters: [
      { name: 'dense1.kernel', shape: [2, 3] },
      { name: 'dense1.bias', shape: [3] },
    ],
    stepColumns: STEP_COLUMNS,
    stepsPerEpoch: 4,
  };
}

/** Epoch `epoch` of 4 steps; its accuracy is 0.9 + epoch / 1000. */
export function sampleEpoch(epoch: number, changes: Partial<EpochRecord> = {}): EpochRecord {
  return {
    epoch,
    step: 4 * epoch,
    learningRate: 0.1,
    lossHalf: 1 / epoch,
    oLHalf: 0.3,
    oRHalf: 0.29,
    ratio: 0.3 / 0.29,
    layers: { 'dense1.kernel': { oLHalf: 0.2, oRHalf: 0, ratio: Infinity } },
    trainLoss: 0.5,
    trainAccuracy: 0.95,
    testLoss: 0.6,
    testAccuracy: 0.9 + epoch / 1000,
    gradientNormSquared: 1e-3,
    oFB: NaN,
    seconds: 0.25,
    ...changes,
  };
}

/** `steps` rows: step t has the columns t, -t, 1 / (t + 1). */
export function sampleSteps(from: number, to: number): Float32Array {
  return Float32Array.from({ length: 3 * (to - from) }, (_, i) => {
    const t = from + Math.floor(i / 3);
    return [t, -t, 1 / (t + 1)][i % 3] as number;
  });
}

export function sampleWarning(step: number): EventRecord {
  return {
    type: 'warning',
    step,
    epoch: Math.floor(step / 4),
    time: '2019-05-06T14:30:01.000Z',
    message: `at ${step}`,
  };
}

/** A run in a list. */
export function sampleRow(id: string, changes: Partial<RunRow> = {}): RunRow {
  return {
    id,
    name: id,
    tags: [],
    note: '',
    archived: false,
    status: 'finished',
    createdAt: '2019-05-06T14:30:00.000Z',
    model: 'mlp',
    dataset: 'mnist',
    optimizer: 'sgd',
    schedule: 'constant',
    seed: 0,
    batchSize: 100,
    learningRate: 0.05,
    currentLearningRate: 0.05,
    epochs: 10,
    epoch: 10,
    ratio: 1,
    trainLoss: 0.1,
    testAccuracy: 0.9,
    bestTestAccuracy: 0.9,
    group: 'group',
    losses: [],
    ...changes,
  };
}
