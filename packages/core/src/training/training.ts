import type { Observable } from '../observables/observable.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { Executor } from '../program.js';
import type { Schedule } from '../relations/schedules/schedule.js';
import type { TrainingEpoch, TrainingEvent } from './progress.js';
import type { Snapshot } from './snapshot.js';
import type { Task } from './task.js';

/** What a training is made of. */
export interface TrainOptions {
  readonly task: Task;
  readonly executor: Executor;
  readonly optimizer: Optimizer;
  /** eta at the start, in [1e-12, 1e12]. */
  readonly learningRate: number;
  /** lambda, at least 0. */
  readonly weightDecay: number;
  /** Epochs in all, those before a resumed snapshot included. */
  readonly epochs: number;
  /** Sets the learning rate at epochs' ends. */
  readonly schedule: Schedule;
  /** Integer in [0, 2^32 - 1]. */
  readonly seed: number;
  /**
   * Parameters to begin with, by their names, instead of new ones: a protocol's next stage, say. The optimizer begins anew, with a
   * velocity of zero; the seed is the shuffling's.
   */
  readonly start?: Readonly<Record<string, Float32Array>> | undefined;
  /** theta_c of footnote 4 by parameter name, from which O_L is read; the origin by default. */
  readonly centre?: Readonly<Record<string, Float32Array>> | undefined;
  /**
   * Observables to measure at each step besides the standard ones; none by default. Each adds its columns to the rows' end and its
   * half-running averages to the epochs' records; the training goes the same way to the last bit.
   */
  readonly observables?: readonly Observable[] | undefined;
  /** Asked before each segment: how many steps it may have, at least 1. An epoch by default; a segment never crosses its end. */
  readonly segmentSteps?: (() => number) | undefined;
  /** What to do when the loss is no longer finite; `stop` by default. */
  readonly onDivergence?: 'stop' | 'continue' | undefined;
  /** Goes on from here, bit for bit; then seed, learning rate and theta_c are the snapshot's, and the schedule must be. */
  readonly resume?: Snapshot | undefined;
}

/** What a training yields, one after another. */
export type TrainingItem =
  | {
      readonly type: 'steps';
      /** Steps done before the first row. */
      readonly from: number;
      readonly columns: readonly string[];
      /** One row a step, `columns.length` numbers each. */
      readonly rows: Float32Array;
    }
  | { readonly type: 'epoch'; readonly record: TrainingEpoch }
  | { readonly type: 'event'; readonly record: TrainingEvent }
  | { readonly type: 'end'; readonly reason: 'finished' | 'diverged' };

/**
 * A training under way. Iterating it trains; leaving the iteration frees what it holds. Between two items, the snapshot
 * holds exactly what has been yielded up to then, and nothing is computed until the next item is asked for.
 */
export interface Training extends AsyncIterable<TrainingItem> {
  readonly stepColumns: readonly string[];
  readonly stepsPerEpoch: number;
  readonly parameters: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** Acts on the next step and restarts the averages. @throws OptionError if it is not in [1e-12, 1e12]. */
  setLearningRate(learningRate: number, commandId: string): void;
  /** Acts at the next epoch's end. @throws OptionError where the optimizer lacks what the schedule needs. */
  setSchedule(schedule: Schedule, commandId: string): void;
  snapshot(): Snapshot;
}
