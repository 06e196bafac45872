import { basename, dirname } from 'node:path';
import { noiseCurvature, sgd, stationaryPoints, type Snapshot } from '@fdr/core';
import { dynamicsOf } from '@fdr/core/relations';
import type { RunConfig } from '@fdr/records';
import { openRun } from '@fdr/run-store';
import { makeSchedule } from '@fdr/training';
import { openTask, readSnapshot } from '@fdr/training/compute';
import { ExperimentError } from '../experiment-error.js';
import type { CurvatureRecord } from './record.js';

/** A request for a curvature estimate, serializable as JSON. */
export interface CurvatureRequest {
  /** Configuration of the run that reached the stationary state. */
  readonly config: RunConfig;
  /** Path of that run's last checkpoint. */
  readonly checkpoint: string;
  /** Number of points, one epoch apart; at least 1. */
  readonly points: number;
  /** Pairs of mini-batches at each point; at least 1. The mini-batches of an epoch limit them. */
  readonly samples: number;
  /** Seed of the mini-batches at the points. */
  readonly seed: number;
}

/**
 * Estimates the right side of the second relation by Hessian-vector products: (29), which is (FDR2) without momentum. The run goes on from
 * its last checkpoint, and the end of each epoch is one point of the stationary state.
 *
 * @param request the run, and the size of the estimate
 * @returns means over the points, with their standard errors
 * @throws RunFolderError or SnapshotError if the checkpoint does not belong to the run
 * @throws ExperimentError if the run's optimizer is not SGD
 */
export async function estimateCurvature(request: CurvatureRequest): Promise<CurvatureRecord> {
  const start = performance.now();
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
    resume: await snapshotOf(checkpoint),
    points: count,
  });
  const samples = Math.min(request.samples, task.stepsPerEpoch);
  const method = model.twiceDifferentiable ? 'exact' : 'central-differences';
  const curvature = await noiseCurvature({
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
    ...curvature,
    seconds: (performance.now() - start) / 1000,
  };
}

/** The training as a checkpoint in a run's folder holds it. */
async function snapshotOf(path: string): Promise<Snapshot> {
  const folder = dirname(dirname(path));
  const reader = await openRun(dirname(folder), basename(folder));
  const { snapshot } = await readSnapshot({ step: Number.parseInt(basename(path)), path }, reader);
  return snapshot;
}
