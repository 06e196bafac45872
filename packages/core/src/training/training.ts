import type { ParameterAverage } from '../averaging/parameter-average.js';
import type { Observable } from '../observables/observable.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { Executor } from '@fdr/program';
import type { Schedule } from '../relations/schedules/schedule.js';
import type { TrainingEpoch, TrainingEvent } from './progress.js';
import type { Snapshot } from './snapshot.js';
import type { Task } from './task.js';

/** Options of `train`. */
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
  /** Sets the learning rate at epochs' ends: one of the built-in schedules, or the caller's own. */
  readonly schedule: Schedule;
  /** Integer in [0, 2^32 - 1]. */
  readonly seed: number;
  /**
   * Parameters to begin with, by their names, instead of new ones; for the next stage of a protocol. The optimizer's state begins at
   * zero, and the seed serves the shuffling alone.
   */
  readonly start?: Readonly<Record<string, Float32Array>> | undefined;
  /** theta_c of footnote 4 by parameter name, from which O_L is measured; the origin by default. A snapshot holds it. */
  readonly centre?: Readonly<Record<string, Float32Array>> | undefined;
  /**
   * Observables to measure at each step besides the standard ones; none by default. Each appends its columns to the rows and its
   * half-running averages to the epochs' records. The trajectory is the same to the last bit.
   */
  readonly observables?: readonly Observable[] | undefined;
  /**
   * Whether -v' . grad f is read at one random step of each epoch, for which it costs a pass over the training data; false by default. The trajectory
   * is the same to the last bit. Its average is <O_FB> (29) whatever the sampling: see `descentOf`.
   */
  readonly descent?: boolean | undefined;
  /**
   * Whether the parameters' distance from a lagging centre is sampled, 16 times an epoch, which the schedule `stationary` reads; by default where the schedule
   * needs it. It costs no work in the training step; the trajectory is the same to the last bit. A snapshot holds it, which decides where a training is resumed.
   */
  readonly drift?: boolean | undefined;
  /**
   * An average of the parameters to keep and to evaluate beside them at epochs' ends; none by default. The trajectory is the same to the last
   * bit. A snapshot holds the one of the last epoch's end as `average/<parameter>`.
   */
  readonly average?: ParameterAverage | undefined;
  /**
   * Called before each segment with the number of steps done: the most steps it may have, at least 1; an epoch's by default. A segment ends
   * with its epoch.
   */
  readonly segmentSteps?: ((step: number) => number) | undefined;
  /** What to do when the loss is no longer finite; `stop` by default. */
  readonly onDivergence?: 'stop' | 'continue' | undefined;
  /**
   * Continues a training bit for bit. Seed, learning rate and theta_c are the snapshot's; optimizer, schedule, observables and weight decay
   * must be those of the snapshot.
   */
  readonly resume?: Snapshot | undefined;
}

/** How a training ended, and why in words. */
export interface TrainingEnd {
  readonly reason: 'finished' | 'diverged';
  readonly message: string;
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
  | ({ readonly type: 'end' } & TrainingEnd);

/**
 * A training under way. Iterating it trains; leaving the iteration frees its memory. Between two items nothing is computed, and
 * the snapshot is of the training after the last item.
 */
export interface Training extends AsyncIterable<TrainingItem> {
  readonly stepColumns: readonly string[];
  readonly stepsPerEpoch: number;
  readonly parameters: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** Takes effect at the next segment and restarts the averages. Where the schedule moves the rate within an epoch, it is that of the epoch's beginning. @throws OptionError if it is not in [1e-12, 1e12]. */
  setLearningRate(learningRate: number, commandId: string): void;
  /** Takes effect at the next epoch's end. @throws OptionError where the optimizer lacks what the schedule needs. */
  setSchedule(schedule: Schedule, commandId: string): void;
  snapshot(): Snapshot;
}
