import { appendRows, createStepSeries } from '@fdr/figures';
import type { EpochRecord, EventRecord, Run, RunConfig } from '@fdr/records';
import { DEFAULT_CONFIG } from '@fdr/training';
import { makeCurvatureJob, makeJob } from '../../src/job.js';
import type { CompletedEstimate, CompletedParts, CompletedRun } from '../../src/paper/figures/completed-run.js';
import type { Role } from '../../src/paper/plan/plan.js';
import { ENVIRONMENT, EPOCH } from '../sample-run.js';

interface RecordedRun {
  readonly steps?: readonly (readonly [oL: number, oR: number])[];
  readonly firedAt?: readonly number[];
  readonly rule?: string | undefined;
}

/**
 * A completed run of 10 steps an epoch.
 *
 * @param config what differs from the default configuration
 * @param epochs the numbers that matter at each epoch's end
 * @param recorded O_L and O_R of each step, none by default, and the epochs at whose ends a rule, the adaptive one by default, fired
 */
export function completedRun(
  role: Role,
  config: Partial<RunConfig>,
  epochs: readonly Partial<EpochRecord>[],
  { steps = [], firedAt = [], rule = 'equilibrium' }: RecordedRun = {},
): CompletedRun {
  const complete: RunConfig = { ...DEFAULT_CONFIG, ...config, epochs: epochs.length };
  const run: Run = {
    schemaVersion: 1,
    id: 'sample',
    name: 'sample',
    tags: [],
    createdAt: '2019-05-06T14:30:00.000Z',
    status: 'finished',
    config: complete,
    dataHash: 'a'.repeat(64),
    parameters: [],
    stepColumns: ['loss', 'oL', 'oR'],
    stepsPerEpoch: 10,
    environment: ENVIRONMENT,
  };
  const records = epochs.map((values, index) => ({ ...EPOCH, epoch: index + 1, step: 10 * (index + 1), ...values }));
  const series = createStepSeries(['oL', 'oR']);
  appendRows(series, 0, Float32Array.from(steps.flat()));
  const events = firedAt.map((epoch): EventRecord => ({
    type: 'learningRate',
    time: run.createdAt,
    step: 10 * epoch,
    epoch,
    from: 0.1,
    to: 0.09,
    reason: { rule, message: 'it was time' },
  }));
  return {
    role,
    job: makeJob(`sample ${complete.learningRate}`, complete),
    records: { run, epochs: records, events, steps: series },
  };
}

/** Completed runs without estimates. */
export const onlyRuns = (...runs: readonly CompletedRun[]): CompletedParts => ({ runs, estimates: [] });

/** A completed estimate of a trace, with numbers beside it that all differ. */
export function completedEstimate(sequence: number, trace: number): CompletedEstimate {
  const size = { points: 4, samples: 10, seed: 1000 * sequence };
  const estimate = (mean: number) => ({ mean, standardError: 0.1 });
  return {
    sequence,
    job: makeCurvatureJob('estimate', makeJob(`sample ${sequence}`, DEFAULT_CONFIG), size),
    estimate: {
      schemaVersion: 3,
      learningRate: 0.003,
      points: 4,
      samples: 10,
      method: 'exact',
      backend: 'cpu',
      seconds: 1,
      trace: estimate(trace),
      noiseTrace: estimate(2),
      meanCurvature: trace / 2,
      cross: estimate(0.5),
      velocity: estimate(3),
      update: estimate(trace),
      spectrum: [{ curvature: trace / 2, weight: 2 }],
      differences: [
        { width: 0.001, ratio: 1.04 },
        { width: 0.01, ratio: 1.11 },
      ],
      edge: { gradientNoiseInteraction: 620, batchSharpness: 31, largestCurvature: 17 },
    },
  };
}
