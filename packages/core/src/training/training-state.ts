import type { AverageState, ParameterAverage } from '../averaging/parameter-average.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { Executable, TensorValues } from '@fdr/program';
import type { DriftWindows } from '../relations/drift/drift-window.js';
import type { Schedule } from '../relations/schedules/schedule.js';
import type { Progress } from './progress.js';
import type { Recording } from './recording.js';
import type { EpochBatches, Evaluator, Task } from './task.js';
import type { TrainingItem } from './training.js';

/** What stays the same during a training. */
export interface TrainingPlan {
  readonly task: Task;
  readonly optimizer: Optimizer;
  readonly average: ParameterAverage | undefined;
  readonly epochs: number;
  readonly stopsWhenDiverged: boolean;
  /** Whether the descent is read at a random step of each epoch. */
  readonly readsDescent: boolean;
  /** Most steps of the next segment, at least 1, by the number of steps done. */
  readonly segmentSteps: (step: number) => number;
}

/** The state of a training between two items. A transition returns a new one; only the recording and the drift are updated in place. */
export interface TrainingState {
  readonly progress: Progress;
  readonly schedule: Schedule;
  /** State of the training program: parameters, and what the optimizer carries. */
  readonly tensors: TensorValues;
  readonly recording: Recording;
  /** Means of the parameters; undefined where no average is kept. */
  readonly average: AverageState | undefined;
  /** Windows of distances; undefined where none are kept. */
  readonly drift: DriftWindows | undefined;
  /** The batches of the epoch under way; drawn when its first segment begins. */
  readonly batches: EpochBatches | undefined;
}

/** The state after a transition, and the item that it yields. */
export interface Transition {
  readonly state: TrainingState;
  readonly item: TrainingItem;
}

/** What a training runs while it is iterated. */
export interface TrainingPrograms {
  readonly step: Executable;
  readonly evaluator: Evaluator;
}
