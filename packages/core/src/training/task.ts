import type { RandomState } from '../random.js';
import type { Executor, TensorValues } from '../program.js';
import type { Objective } from '../objective.js';

/** Passes over all the data, without changing anything. NaN where a task has no such number. */
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

export interface Evaluator {
  /** @param parameters in the order of the objective's parameters. */
  evaluate(parameters: readonly Float32Array[]): Promise<Evaluation>;
  dispose(): Promise<void>;
}

/** One epoch's batches. */
export interface EpochBatches {
  /** Inputs of steps `from .. from + steps - 1` of this epoch, one after another. */
  take(from: number, steps: number): TensorValues;
  /** Where the next epoch's randomness begins. */
  readonly next: RandomState;
}

/** Something to train: what is minimized, on which data, in which batches, and how it is judged. */
export interface Task {
  readonly objective: Objective;
  readonly constants: TensorValues;
  readonly stepsPerEpoch: number;
  /** What a person should know before it starts. */
  readonly warnings: readonly string[];
  /** The same state gives the same epoch. */
  readonly batches: (state: RandomState) => EpochBatches;
  /** @param weightDecay lambda. */
  readonly evaluator: (executor: Executor, weightDecay: number) => Promise<Evaluator>;
}
