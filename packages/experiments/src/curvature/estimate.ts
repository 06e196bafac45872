import { noiseCurvature, stationaryPoints, type HessianMethod, type Snapshot } from '@fdr/core';
import type { RunConfig } from '@fdr/records';
import { readCheckpoint } from '@fdr/run-store';
import { openTask } from '@fdr/training';
import type { SurveyRecord } from './record.js';

/** What is to be looked at. JSON carries it. */
export interface SurveyOrder {
  /** Of the run that reached the stationary state. */
  readonly config: RunConfig;
  /** Its last checkpoint. */
  readonly checkpoint: string;
  readonly points: number;
  readonly samples: number;
  /** Of the mini-batches at the points. */
  readonly seed: number;
}

/** TensorFlow.js can't differentiate a convolution's filter gradient: the convolutional network's second derivatives are differences. */
const METHODS: Readonly<Record<RunConfig['model'], HessianMethod>> = { mlp: 'exact', cnn: 'central-differences' };

/**
 * Goes on with a run from its last checkpoint, epoch by epoch, and estimates at each end what (29) puts on the right side of the second relation, by
 * Hessian-vector products.
 *
 * @throws RunFolderError, SnapshotError where the checkpoint is not this run's
 */
export async function survey({ config, checkpoint, points: count, ...order }: SurveyOrder): Promise<SurveyRecord> {
  const began = performance.now();
  const { backend, executor, task } = await openTask(config);
  const { optimizer, learningRate, momentum, dampening, weightDecay, seed } = config;
  const training = { task, executor, optimizer, learningRate, momentum, dampening, weightDecay };
  const resume = (await readCheckpoint(checkpoint)) as Snapshot;
  const points = await stationaryPoints({ ...training, schedule: config, seed, resume, points: count });
  const samples = Math.min(order.samples, task.stepsPerEpoch);
  const method = METHODS[config.model];
  const found = await noiseCurvature({ ...training, points, samples, method, seed: order.seed });
  return {
    ...{ schemaVersion: 1, learningRate, points: count, samples, method, backend },
    ...found,
    seconds: (performance.now() - began) / 1000,
  };
}
