import { version as tensorflow } from '@tensorflow/tfjs';
import { classificationTask, extraObservables, OptionError, optimizerOf, SnapshotError, train } from '@fdr/core';
import { DatasetError, loadDataset } from '@fdr/datasets';
import type { RunConfig } from '@fdr/records';
import { makeExecutor, resolveBackend } from '../backends/executor.js';
import { UserError } from '../failure.js';
import { RunFolderError } from '../run-folder/refusal.js';
import { conduct, segmentLength, type Instructions } from './conduct.js';
import { networkFor } from './network.js';
import type { Assignment, Report } from './protocol.js';
import { startParameters } from './start.js';

/** Prepares what a configuration describes, waits for `start`, and trains, saying what happens. */
export async function carryOut(
  assignment: Assignment,
  instructions: Instructions,
  say: (report: Report) => void,
): Promise<void> {
  const backend = await resolveBackend(assignment.config.backend);
  const config: RunConfig = { ...assignment.config, ...askedObservables(assignment.config), backend };
  const data = await loadDataset(config.dataset, { progress: (progress) => say({ type: 'fetching', progress }) });
  const executor = await makeExecutor(backend, config.threads);
  const model = networkFor(config.model, data);
  const task = classificationTask({ model, data, batchSize: config.batchSize });
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

  await conduct(training, segment, instructions, say, { ...assignment, resumed: resume !== undefined });
  say({ type: 'end' });
}

/** Names of the extra observables that are asked for, those that `all` stands for one by one. */
const askedObservables = ({ observables, ...choice }: RunConfig): Pick<RunConfig, 'observables'> =>
  observables ? { observables: extraObservables(optimizerOf(choice), observables).map(({ name }) => name) } : {};

/** What was thrown, so that the main thread can tell a person's mistake from a bug. */
export function describeThrown(error: unknown): Report {
  const mistake = [UserError, DatasetError, OptionError, RunFolderError, SnapshotError].some(
    (kind) => error instanceof kind,
  );
  const { message, stack = message } = error instanceof Error ? error : new Error(String(error));
  return { type: 'failed', mistake, message, stack };
}
