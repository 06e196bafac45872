import type { RandomState } from '../random.js';
import type { Executor, TensorValues } from '@fdr/program';
import type { Objective } from '../objective.js';

/** Measurements over all the data. NaN where a task has no such number; a training loss that is not finite beside one that is: diverged. */
export interface Evaluation {
  /** Full-batch loss over the training data, L2 term included. */
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  /** Loss over the test data, L2 term included. */
  readonly testLoss: number;
  readonly testAccuracy: number;
  /** |grad f|^2 of the full-batch training loss, L2 term included. */
  readonly gradientNormSquared: number;
}

/** Evaluates parameters over all the data of a task. */
export interface Evaluator {
  /** @param parameters in the order of the objective's parameters. */
  evaluate(parameters: readonly Float32Array[]): Promise<Evaluation>;
  /** grad f of the full-batch training loss, L2 term included. @param parameters as above. */
  gradient(parameters: readonly Float32Array[]): Promise<readonly Float64Array[]>;
  /** Frees its memory. */
  dispose(): Promise<void>;
}

/** The evaluator of a task that has none. */
export const NOTHING_EVALUATED: Evaluator = {
  evaluate: () =>
    Promise.resolve({
      trainLoss: NaN,
      trainAccuracy: NaN,
      testLoss: NaN,
      testAccuracy: NaN,
      gradientNormSquared: NaN,
    }),
  gradient: () => Promise.reject(new Error('a task without an evaluator has no full-batch gradient')),
  dispose: () => Promise.resolve(),
};

/** One epoch's batches. */
export interface EpochBatches {
  /** Inputs of steps `from .. from + steps - 1` of this epoch, one after another. */
  take(from: number, steps: number): TensorValues;
  /** The random state with which the next epoch begins. */
  readonly next: RandomState;
}

/** Something to train: the objective, the data, the batches, and the evaluation. */
export interface Task {
  readonly objective: Objective;
  readonly constants: TensorValues;
  readonly stepsPerEpoch: number;
  /** Sentences for people, reported before the first step. */
  readonly warnings: readonly string[];
  /** The batches of one epoch: the same for the same state. */
  readonly batches: (state: RandomState) => EpochBatches;
  /** Left out, nothing is evaluated at epochs' ends: NaN. @param weightDecay lambda. */
  readonly evaluator?: ((executor: Executor, weightDecay: number) => Promise<Evaluator>) | undefined;
}

/** A task with an evaluation. */
export interface EvaluatedTask extends Task {
  readonly evaluator: NonNullable<Task['evaluator']>;
}
