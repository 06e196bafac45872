import { version as tensorflow } from '@tensorflow/tfjs';
import { OptionError, SnapshotError, train } from '@fdr/core';
import { DatasetError } from '@fdr/datasets';
import type { RunConfig } from '@fdr/records';
import { RunFolderError } from '@fdr/run-store';
import { checkpointParameters } from './checkpoint-parameters.js';
import type { CommandQueue } from './command-queue.js';
import { commandReplay } from './command-replay.js';
import { dataHash } from './data-hash.js';
import { openTask } from './open-task.js';
import { makeAverage } from './registry/averages.js';
import { findObservables } from './registry/observables.js';
import { makeOptimizer } from './registry/optimizers.js';
import { makeSchedule, recordedSchedule } from './registry/schedules.js';
import { segmentLength } from './segment-length.js';
import { runTrainingLoop } from './training-loop.js';
import { TrainingError } from './training-error.js';
import type { WorkerData, WorkerMessage } from './worker-messages.js';

/** Prepares what a configuration describes, waits for `start`, and trains. */
export async function runWorker(
  { config: given, resume, ...checkpoints }: WorkerData,
  commands: CommandQueue,
  post: (message: WorkerMessage) => void,
): Promise<void> {
  const optimizer = makeOptimizer(given.optimizer);
  const observables = findObservables(given.observables ?? [], optimizer);
  const { backend, executor, task, data } = await openTask(given, (progress) => post({ type: 'fetching', progress }));
  // The names that `all` stands for, one by one.
  const names = given.observables && observables.map(({ name }) => name);
  const config: RunConfig = { ...given, backend, observables: names };
  const segment = segmentLength();
  const snapshot = resume?.snapshot;
  const progress = snapshot?.state.progress;
  const replay = commandReplay(resume?.replay ?? []);
  const { parameters } = task.objective;
  /** Parameters in a checkpoint's file; a training that is resumed has them from its snapshot. */
  const stored = async (path: string | undefined) =>
    path === undefined || snapshot ? undefined : checkpointParameters(path, parameters);
  const training = train({
    task,
    executor,
    optimizer,
    observables,
    average: makeAverage(config.average),
    schedule: makeSchedule(snapshot ? recordedSchedule(snapshot) : config.schedule),
    learningRate: config.learningRate,
    weightDecay: config.weightDecay,
    epochs: config.epochs,
    seed: config.seed,
    start: await stored(config.start),
    centre: await stored(config.centre),
    descent: config.descent,
    drift: config.drift,
    segmentSteps: (step) => Math.min(segment.steps(), replay.stepsUntilNext(step)),
    resume: snapshot,
  });

  post({
    type: 'prepared',
    config,
    environment: {
      backend,
      threads: backend === 'onnx' ? config.threads : 1,
      tensorflow: tensorflow.tfjs,
      onnxruntime: backend === 'onnx' ? (await import('@fdr/compiler')).onnxruntimeVersion() : null,
    },
    dataHash: dataHash(data),
    parameters: training.parameters.map(({ name, shape }) => ({ name, shape: [...shape] })),
    stepColumns: [...training.stepColumns],
    stepsPerEpoch: training.stepsPerEpoch,
  });
  const first = await commands.next();
  if (first.type !== 'start') throw new Error(`the first message is "${first.type}"; expected "start"`);

  const from = resume && {
    step: progress?.step ?? 0,
    epoch: progress?.epoch ?? 0,
    bestTestAccuracy: resume.bestTestAccuracy,
  };
  await runTrainingLoop({ training, segment, commands, replay, post, ...checkpoints, from: snapshot && from });
  post({ type: 'end' });
}

const MISTAKES = [TrainingError, DatasetError, OptionError, RunFolderError, SnapshotError];

/** What was thrown, so that the main thread can tell a user's mistake from a bug. */
export function describeThrown(error: unknown): Extract<WorkerMessage, { type: 'failed' }> {
  const mistake = MISTAKES.some((kind) => error instanceof kind);
  const { message, stack = message } = error instanceof Error ? error : new Error(String(error));
  return { type: 'failed', mistake, message, stack };
}
