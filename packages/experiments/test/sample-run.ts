import type { Environment, EpochRecord, Run, RunConfig, RunStatus, ScheduleConfig } from '@fdr/records';
import { createRun, type RunWriter } from '@fdr/run-store';
import { DEFAULT_CONFIG } from '@fdr/training';
import type { RunResult } from '../src/job-result.js';

export { temporaryFolder } from '@fdr/testing';

/** Steps an epoch of the sample runs. */
const STEPS_PER_EPOCH = 2;

/** The numbers of a sample epoch. */
export const EPOCH: Omit<EpochRecord, 'epoch' | 'step'> = {
  learningRate: 0.1,
  lossHalf: 0.5,
  oLHalf: 0.3,
  oRHalf: 0.3,
  ratio: 1,
  layers: {},
  trainLoss: 0.5,
  trainAccuracy: 0.95,
  testLoss: 0.6,
  testAccuracy: 0.94,
  gradientNormSquared: 0.01,
  oFB: 0.01,
  seconds: 1,
};

/** Where a sample run was made. */
export const ENVIRONMENT: Environment = {
  fdr: '0.1.0',
  node: '20',
  tensorflow: '4.22.0',
  onnxruntime: null,
  platform: 'linux',
  backend: 'cpu',
  threads: 1,
  commit: null,
};

/** A sample run: `epochs` of `plannedEpochs` are recorded, of 2 steps each. */
export interface SampleRun {
  readonly id: string;
  readonly tags?: readonly string[];
  readonly status: RunStatus;
  readonly epochs: number;
  readonly plannedEpochs: number;
  readonly checkpoints?: readonly number[];
  readonly schedule?: ScheduleConfig;
  /** What else differs from the default configuration. */
  readonly config?: Partial<RunConfig>;
  /** What differs from {@link EPOCH} in every epoch. */
  readonly epoch?: Partial<EpochRecord>;
}

/** Writes a run into a folder of runs. It is still being written until the writer is closed. */
export async function writeSampleRun(
  runsDirectory: string,
  {
    id,
    tags = [],
    status,
    epochs,
    plannedEpochs,
    checkpoints = [],
    schedule = DEFAULT_CONFIG.schedule,
    config,
    epoch: numbers,
  }: SampleRun,
): Promise<RunWriter> {
  const run: Run = {
    schemaVersion: 1,
    id,
    name: id,
    tags: [...tags],
    createdAt: '2019-05-06T14:30:00.000Z',
    status: 'running',
    config: { ...DEFAULT_CONFIG, ...config, epochs: plannedEpochs, schedule },
    dataHash: 'a'.repeat(64),
    parameters: [],
    stepColumns: ['loss', 'oL', 'oR'],
    stepsPerEpoch: STEPS_PER_EPOCH,
    environment: ENVIRONMENT,
  };
  const writer = await createRun(runsDirectory, run);
  for (let epoch = 1; epoch <= epochs; epoch++) {
    // Step s has loss s, O_L 10 s and O_R 100 s.
    const steps = [STEPS_PER_EPOCH * epoch - 1, STEPS_PER_EPOCH * epoch];
    writer.appendSteps(Float32Array.from(steps.flatMap((step) => [step, 10 * step, 100 * step])));
    writer.appendEpoch({ ...EPOCH, ...numbers, epoch, step: STEPS_PER_EPOCH * epoch });
  }
  for (const step of checkpoints) await writer.saveCheckpoint(step, { tensors: {}, state: null });
  writer.setStatus(status);
  await writer.settled();
  return writer;
}

/** Writes a run whose process has ended. */
export async function storeSampleRun(runsDirectory: string, sample: SampleRun): Promise<void> {
  const writer = await writeSampleRun(runsDirectory, sample);
  await writer.close();
}

/** The result of a sample run of one epoch. */
export const sampleResult: RunResult = {
  kind: 'run',
  runsDirectory: 'runs',
  runId: 'sample',
  checkpoint: '2.safetensors',
  lastEpoch: { ...EPOCH, epoch: 1, step: 2 },
  bestTestAccuracy: 0.94,
};
