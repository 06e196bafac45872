import { identityDefect, type Moment } from '../relations/identity.js';
import type { WindowDefects } from '../relations/window-defect.js';
import { optimizerStart } from '../optimizers/optimizer.js';
import { sgd } from '../optimizers/sgd.js';
import type { Dynamics } from '../dynamics.js';
import { initialParameters, slotValues } from '../parameters.js';
import { randomState } from '../random.js';
import { inRange } from '../validate.js';
import type { Executor, TensorValues } from '@fdr/program';
import { steadyRate, trainingStep } from './step.js';
import type { Task } from './task.js';

/** Options of {@link identityTrial}. */
export interface IdentityTrialOptions extends Dynamics {
  readonly task: Task;
  readonly executor: Executor;
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Steps of the window, at most an epoch. */
  readonly steps: number;
  readonly seed: number;
}

/**
 * Trains a few steps from the start and tests the exact identity of {@link identityDefect} on them. The identity holds only if the
 * executor's gradients, updates and observables belong together.
 *
 * @returns one result for every parameter tensor, and the total; `defect` at most `IDENTITY_TOLERANCE` if all is well.
 */
export async function identityTrial(options: IdentityTrialOptions): Promise<WindowDefects> {
  const { task, executor, learningRate, momentum, dampening, weightDecay } = options;
  const steps = inRange('steps', options.steps, { min: 1, max: task.stepsPerEpoch, integer: true });
  const specs = task.objective.parameters;
  const optimizer = sgd({ momentum, dampening });
  const before: TensorValues = { ...initialParameters(specs, options.seed), ...optimizerStart(optimizer, specs) };
  const moment = (state: TensorValues): Moment => ({
    parameters: slotValues('parameters', specs, state),
    velocity: optimizer.slots.includes('velocity') ? slotValues('velocity', specs, state) : undefined,
  });
  const executable = await executor.prepare(trainingStep(task.objective, optimizer, { weightDecay }), task.constants);
  try {
    const { state, outputs } = await executable.run({
      steps,
      state: before,
      inputs: {
        ...task.batches(randomState(options.seed, 'shuffling')).take(0, steps),
        ...steadyRate(learningRate, steps),
      },
      settings: {},
    });
    const { oL, oR } = outputs;
    if (!oL || !oR) throw new Error(`${executor.name} returned no observables`);
    return identityDefect({ momentum, dampening, learningRate, oL, oR, start: moment(before), end: moment(state) });
  } finally {
    await executable.dispose();
  }
}
