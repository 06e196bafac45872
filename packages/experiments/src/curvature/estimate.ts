import { noiseCurvature, sgd, stationaryPoints, type Snapshot } from '@fdr/core';
import { dynamicsOf } from '@fdr/core/relations';
import type { RunConfig } from '@fdr/records';
import { readCheckpoint } from '@fdr/run-store';
import { makeSchedule } from '@fdr/training';
import { openTask } from '@fdr/training/compute';
import { ExperimentError } from '../experiment-error.js';
import type { CurvatureRecord } from './record.js';

/** What is to be looked at. JSON carries it. */
export interface CurvatureRequest {
  /** Of the run that reached the stationary state. */
  readonly config: RunConfig;
  /** Its last checkpoint. */
  readonly checkpoint: string;
  readonly points: number;
  readonly samples: number;
  /** Of the mini-batches at the points. */
  readonly seed: number;
}

/**
 * Goes on with a run from its last checkpoint, epoch by epoch, and estimates at each end what (29) puts on the right side of the second relation, by
 * Hessian-vector products.
 *
 * @throws RunFolderError, SnapshotError where the checkpoint is not this run's; ExperimentError where the run's optimizer is not SGD
 */
export async function estimateCurvature(request: CurvatureRequest): Promise<CurvatureRecord> {
  const began = performance.now();
  const { config, checkpoint, points: count } = request;
  const { learningRate, weightDecay, seed } = config;
  const dynamics = dynamicsOf(config.optimizer);
  if (!dynamics)
    throw new ExperimentError(`the second relation needs SGD; this run's optimizer is ${config.optimizer.kind}`);
  const { backend, executor, model, task } = await openTask(config);
  const points = await stationaryPoints({
    task,
    executor,
    optimizer: sgd(dynamics),
    learningRate,
    weightDecay,
    schedule: makeSchedule(config.schedule),
    seed,
    resume: (await readCheckpoint(checkpoint)) as Snapshot,
    points: count,
  });
  const samples = Math.min(request.samples, task.stepsPerEpoch);
  const method = model.twiceDifferentiable ? 'exact' : 'central-differences';
  const found = await noiseCurvature({
    task,
    executor,
    ...dynamics,
    weightDecay,
    points,
    samples,
    method,
    seed: request.seed,
  });
  return {
    schemaVersion: 1,
    learningRate,
    points: count,
    samples,
    method,
    backend,
    ...found,
    seconds: (performance.now() - began) / 1000,
  };
}
