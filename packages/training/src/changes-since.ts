import type { Run } from '@fdr/records';
import { TrainingError } from './training-error.js';
import type { WorkerMessage } from './worker-messages.js';

type Prepared = Extract<WorkerMessage, { type: 'prepared' }>;

/**
 * What is no longer as it was when a run was made, so that the training would not go on to the same bits: a sentence for each difference.
 *
 * @throws TrainingError if the run's records would not fit what is trained now
 */
export function changesSince(run: Run, now: Prepared): string[] {
  const shape = ({ stepsPerEpoch, stepColumns }: Pick<Run, 'stepsPerEpoch' | 'stepColumns'>): string =>
    `${stepsPerEpoch} steps an epoch with the columns ${stepColumns.join(', ')}`;
  if (shape(run) !== shape(now))
    throw new TrainingError(`run ${run.id} was recorded as ${shape(run)}; this would be ${shape(now)}`);
  const described = (
    { backend, tensorflow, onnxruntime }: Omit<Run['environment'], 'fdr' | 'node' | 'platform' | 'commit' | 'threads'>,
    dataHash: string,
  ): Readonly<Record<string, string>> => ({
    'the data (SHA-256)': dataHash.slice(0, 16),
    'the backend': backend,
    'TensorFlow.js': tensorflow,
    'ONNX Runtime': onnxruntime ?? 'not used',
  });
  const before = described(run.environment, run.dataHash);
  const after = described(now.environment, now.dataHash);
  return Object.keys(before).flatMap((name) =>
    before[name] === after[name] ? [] : [`${name} was ${before[name]}, is ${after[name]}`],
  );
}
