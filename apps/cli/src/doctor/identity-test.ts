import { classificationTask, identityTrial, mlp, type Executor } from '@fdr/core';
import { IDENTITY_TOLERANCE } from '@fdr/core/relations';
import { synthesize } from '@fdr/datasets';

const STEPS = 10;
const BATCH_SIZE = 20;
const HIDDEN = 50;

/** How far an executor is from the identity. */
interface IdentityTest {
  /** Relative defect of the identity; NaN where something was not a number. */
  readonly defect: number;
  readonly passed: boolean;
  /** All the time it took, preparation included. */
  readonly milliseconds: number;
}

/**
 * Trains a small network for a few steps and tests the exact identity that underlies the first fluctuation-dissipation
 * relation: it holds for every trajectory, so an executor that computes wrongly fails, whatever it gets wrong. Momentum and
 * dampening are on, so that every term takes part.
 */
export async function testIdentity(executor: Executor): Promise<IdentityTest> {
  const data = synthesize({ trainCount: STEPS * BATCH_SIZE, testCount: 10 });
  const model = mlp([data.imageShape[0] * data.imageShape[1], HIDDEN, data.classes]);
  const task = classificationTask({ model, data, batchSize: BATCH_SIZE });
  const trial = { momentum: 0.5, dampening: 0.3, learningRate: 0.1, weightDecay: 0.01, steps: STEPS, seed: 1 };
  const began = performance.now();
  const { defect } = (await identityTrial({ task, executor, ...trial })).total;
  return { defect, passed: defect <= IDENTITY_TOLERANCE, milliseconds: performance.now() - began };
}
