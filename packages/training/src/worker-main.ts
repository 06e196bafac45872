import { version as tensorflow } from '@tensorflow/tfjs';
import { extraObservables, OptionError, optimizerOf, SnapshotError, train } from '@fdr/core';
import { DatasetError } from '@fdr/datasets';
import type { RunConfig } from '@fdr/records';
import { TrainingError } from './training-error.js';
import { RunFolderError } from '@fdr/run-store';
import { conduct, segmentLength, type Instructions } from './training-loop.js';
import type { Assignment, Report } from './worker-messages.js';
import { startParameters } from './start-parameters.js';
import { openTask } from './open-task.js';

/** Prepares what a configuration describes, waits for `start`, and trains, saying what happens. */
export async function carryOut(
  assignment: Assignment,
  instructions: Instructions,
  say: (report: Report) => void,
): Promise<void> {
  const asked: RunConfig = { ...assignment.config, ...askedObservables(assignment.config) };
  const { backend, executor, task } = await openTask(asked, (progress) => say({ type: 'fetching', progress }));
  const config: RunConfig = { ...asked, backend };
  const segment = segmentLength();
  const { start: checkpoint, ...options } = config;
  const { resume } = assignment;
  const training = train({
    ...{ ...options, schedule: config, task, executor, segmentSteps: () => segment.steps() },
    ...(resume ? { resume } : {}),
    ...(checkpoint === undefined || resume
      ? {}
      : { start: await startParameters(checkpoint, task.objective.parameters) }),
  });

  const { parameters, stepColumns, stepsPerEpoch } = training;
  say({
    type: 'prepared',
    config,
    environment: { backend, threads: backend === 'onnx' ? config.threads : 1, tensorflow: tensorflow.tfjs },
    parameters: parameters.map(({ name, shape }) => ({ name, shape: [...shape] })),
    stepColumns: [...stepColumns],
    stepsPerEpoch,
  });
  const first = await instructions.next();
  if (first.type !== 'start') throw new Error(`the first order is "${first.type}"; expected "start"`);

  await conduct(training, segment, instructions, say, { ...assignment, from: resume?.state.progress });
  say({ type: 'end' });
}

/** Names of the extra observables that are asked for, those that `all` stands for one by one. */
const askedObservables = ({ observables, ...choice }: RunConfig): Pick<RunConfig, 'observables'> =>
  observables ? { observables: extraObservables(optimizerOf(choice), observables).map(({ name }) => name) } : {};

/** What was thrown, so that the main thread can tell a person's mistake from a bug. */
export function describeThrown(error: unknown): Extract<Report, { type: 'failed' }> {
  const mistake = [TrainingError, DatasetError, OptionError, RunFolderError, SnapshotError].some(
    (kind) => error instanceof kind,
  );
  const { message, stack = message } = error instanceof Error ? error : new Error(String(error));
  return { type: 'failed', mistake, message, stack };
}
