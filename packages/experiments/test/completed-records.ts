import type { EpochRecord, Run, RunConfig } from '@fdr/records';
import { createStepSeries } from '@fdr/figures';
import { DEFAULT_CONFIG } from '@fdr/training';
import { makeJob, makeCurvatureJob } from '../src/job.js';
import type { CompletedRun, CompletedEstimate } from '../src/completed-run.js';
import type { Part } from '../src/plan.js';

/** A finished run's record of 10 steps an epoch, with chosen numbers at epochs' ends. */
export function madeOf(part: Part, config: Partial<RunConfig>, epochs: readonly Partial<EpochRecord>[]): CompletedRun {
  const whole: RunConfig = { ...DEFAULT_CONFIG, ...config, epochs: epochs.length };
  const run: Run = {
    ...{ schemaVersion: 1, id: 'made', name: 'made', tags: [], createdAt: '2019-05-06T14:30:00.000Z' },
    ...{ status: 'finished', config: whole, parameters: [], stepColumns: ['loss', 'oL', 'oR'], stepsPerEpoch: 10 },
    environment: {
      ...{ fdr: '0.1.0', node: '20', tensorflow: '4.22.0', platform: 'linux', backend: 'cpu', threads: 1 },
      commit: null,
    },
  };
  const records = epochs.map((values, index) => ({ ...EPOCH, epoch: index + 1, step: 10 * (index + 1), ...values }));
  return {
    part,
    job: makeJob(`made ${whole.learningRate}`, whole),
    records: { run, epochs: records, events: [], steps: createStepSeries([]) },
  };
}

const EPOCH: Omit<EpochRecord, 'epoch' | 'step'> = {
  ...{ learningRate: 0.1, lossHalf: 0.5, oLHalf: 0.3, oRHalf: 0.3, ratio: 1, layers: {} },
  ...{ trainLoss: 0.5, trainAccuracy: 0.95, testLoss: 0.6, testAccuracy: 0.94 },
  ...{ gradientNormSquared: 0.01, oFB: 0.01, seconds: 1 },
};

/** An estimate that found a curvature, with numbers beside it that are all told apart. */
export function madeSurvey(sequence: number, trace: number): CompletedEstimate {
  const size = { points: 4, samples: 10, seed: 1000 * sequence };
  const of = (mean: number) => ({ mean, standardError: 0.1 });
  return {
    sequence,
    job: makeCurvatureJob('estimate', makeJob(`made ${sequence}`, DEFAULT_CONFIG), size),
    estimate: {
      ...{ schemaVersion: 1, learningRate: 0.003, points: 4, samples: 10, method: 'exact', backend: 'cpu', seconds: 1 },
      ...{ trace: of(trace), noiseTrace: of(2), meanCurvature: trace / 2 },
      ...{ cross: of(0.5), velocity: of(3), update: of(trace) },
    },
  };
}
