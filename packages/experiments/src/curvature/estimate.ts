import { basename, dirname } from 'node:path';
import {
  noiseCurvature,
  noiseSpectrum,
  sgd,
  stabilityEdge,
  stationaryPoints,
  type HessianMethod,
  type NoiseCurvatureOptions,
  type Snapshot,
} from '@fdr/core';
import { calibratedSpectrum, dynamicsOf } from '@fdr/core/relations';
import type { RunConfig } from '@fdr/records';
import { openRun } from '@fdr/run-store';
import { makeSchedule } from '@fdr/training';
import { openTask, readSnapshot } from '@fdr/training/compute';
import { ExperimentError } from '../experiment-error.js';
import type { CurvatureRecord } from './record.js';

/** Most starts of Lanczos, each from a point of its own: each iteration costs a pass over the training data. */
const SPECTRUM_STARTS = 10;
/** Most iterations of Lanczos at each start, and for lambda_max. */
const SPECTRUM_ITERATIONS = 12;
const EDGE_ITERATIONS = 20;
/** Points at which exact and differences are compared, and the distances of these. */
const DIFFERENCE_POINTS = 2;
const WIDTHS = [1e-3, 1e-2] as const;
/** Mini-batches of GNI, which is measured at the first point: each costs a pass over the training data. */
const EDGE_SAMPLES = 8;

/** A request for a curvature estimate, serializable as JSON. */
export interface CurvatureRequest {
  /** Configuration of the run that reached the stationary state. */
  readonly config: RunConfig;
  /** Path of that run's last checkpoint. */
  readonly checkpoint: string;
  /** Number of points, one epoch apart; at least 1. */
  readonly points: number;
  /** Pairs of mini-batches at each point, and most iterations of Lanczos; at least 1. The mini-batches of an epoch limit them. */
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
  const [first] = points;
  if (!first) throw new ExperimentError('a curvature estimate needs at least one point');
  const samples = Math.min(request.samples, task.stepsPerEpoch);
  const method: HessianMethod = model.twiceDifferentiable ? 'exact' : 'central-differences';
  const sampling = { task, executor, ...dynamics, weightDecay, samples, method, seed: request.seed };
  const curvature = await noiseCurvature({ ...sampling, points });
  const nodes = await noiseSpectrum({
    ...sampling,
    points: spread(points, SPECTRUM_STARTS).map(({ parameters }) => parameters),
    iterations: Math.min(SPECTRUM_ITERATIONS, samples),
  });
  const spectrum = calibratedSpectrum(
    nodes,
    { noiseTrace: curvature.noiseTrace.mean, trace: curvature.trace.mean },
    { ...dynamics, learningRate, steps: task.stepsPerEpoch, sampling: config.sampling },
  );
  return {
    schemaVersion: 3,
    learningRate,
    points: count,
    samples,
    method,
    backend,
    ...curvature,
    spectrum: [...spectrum],
    differences: await differencesOf({ ...sampling, points: points.slice(0, DIFFERENCE_POINTS) }),
    edge: await stabilityEdge({
      ...sampling,
      samples: Math.min(EDGE_SAMPLES, samples),
      iterations: Math.min(EDGE_ITERATIONS, samples),
      parameters: first.parameters,
    }),
    seconds: (performance.now() - start) / 1000,
  };
}

/** `most` of the points, evenly spaced; all of them where there are no more. */
function spread<Point>(points: readonly Point[], most: number): readonly Point[] {
  const count = Math.min(most, points.length);
  return Array.from({ length: count }, (_, index) => Math.floor((index * points.length) / count)).flatMap(
    (index) => points[index] ?? [],
  );
}

/** <v' . H v'> by central differences over distances that differ tenfold, relative to that by the estimate's own method. */
async function differencesOf(options: NoiseCurvatureOptions): Promise<CurvatureRecord['differences']> {
  const own = await noiseCurvature(options);
  const found: CurvatureRecord['differences'] = [];
  for (const width of WIDTHS) {
    const { update } = await noiseCurvature({ ...options, method: 'central-differences', width });
    found.push({ width, ratio: update.mean / own.update.mean });
  }
  return found;
}

/** The training as a checkpoint in a run's folder holds it. */
async function snapshotOf(path: string): Promise<Snapshot> {
  const folder = dirname(dirname(path));
  const reader = await openRun(dirname(folder), basename(folder));
  const { snapshot } = await readSnapshot({ step: Number.parseInt(basename(path)), path }, reader);
  return snapshot;
}
