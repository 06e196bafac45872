import { LEARNING_RATE, type EpochRecord, type EventRecord, type Settings } from '@fdr/records';
import { randomState, type RandomState } from '../random.js';
import type { Schedule, ScheduleState } from '../relations/schedules/schedule.js';
import { inRange } from '../validate.js';

type Without<Record, Key extends PropertyKey> = Record extends unknown ? Omit<Record, Key> : never;

/** An {@link EventRecord} without the time, which whoever has a clock adds. */
export type TrainingEvent = Without<EventRecord, 'time'>;
/** An {@link EpochRecord} without the seconds, which whoever has a clock adds. */
export type TrainingEpoch = Without<EpochRecord, 'seconds'>;

/** The progress of a training, without tensors and averages. It is plain JSON and never changed in place. */
export interface Progress {
  /** Steps done. */
  readonly step: number;
  /** Epochs done and recorded. */
  readonly epoch: number;
  /** Steps done of the epoch under way; all of them while its evaluation is due. */
  readonly stepInEpoch: number;
  /** eta at the beginning of the epoch under way; each step's, unless the schedule moves it within an epoch. */
  readonly learningRate: number;
  /** Kind and options of the schedule. */
  readonly schedule: Settings;
  readonly scheduleState: ScheduleState;
  /** The state from which the shuffle of the epoch under way is drawn. */
  readonly random: RandomState;
  /** -v' . grad f, as it was read in the epoch under way; undefined until then, and where it is not finite. */
  readonly descent?: number | undefined;
  /** True once the loss has not been finite. */
  readonly diverged: boolean;
  /** Events that have happened and have not been reported yet, oldest first. */
  readonly pendingEvents: readonly TrainingEvent[];
}

/** @throws OptionError if a learning rate is not one that a run may have. */
export const checkedLearningRate = (value: number): number => inRange('learningRate', value, LEARNING_RATE);

/** Adds an event that is still to be reported. */
export const withEvent = (progress: Progress, event: TrainingEvent): Progress => ({
  ...progress,
  pendingEvents: [...progress.pendingEvents, event],
});

/** Step and epoch, for an event that happens now. */
export const positionOf = ({ step, epoch }: Progress): { readonly step: number; readonly epoch: number } => ({
  step,
  epoch,
});

/** The verdict that a training has diverged, and why, once. */
export function withDivergence(progress: Progress, reason: string): Progress {
  if (progress.diverged) return progress;
  const message = `${reason}: the training has diverged`;
  return withEvent({ ...progress, diverged: true }, { type: 'warning', ...positionOf(progress), message });
}

/** Options of {@link firstProgress}; `epochs` is the length of the training. */
interface FirstProgressOptions {
  readonly learningRate: number;
  readonly schedule: Schedule;
  readonly seed: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** Reported first, before those of the schedule. */
  readonly warnings: readonly string[];
}

/** Before the first step. */
export function firstProgress(options: FirstProgressOptions): Progress {
  const { epochs, stepsPerEpoch, schedule } = options;
  const learningRate = checkedLearningRate(options.learningRate);
  const start = schedule.begin({ epochs, stepsPerEpoch, learningRate });
  const warnings = [...options.warnings, ...start.warnings];
  return {
    step: 0,
    epoch: 0,
    stepInEpoch: 0,
    learningRate,
    schedule: schedule.settings,
    scheduleState: start.state,
    random: randomState(options.seed, 'shuffling'),
    diverged: false,
    pendingEvents: warnings.map((message) => ({ type: 'warning', step: 0, epoch: 0, message })),
  };
}

/** A learning rate set by a command. The half-running averages are the caller's to restart. */
export const withLearningRate = (progress: Progress, learningRate: number, commandId: string): Progress =>
  withEvent(
    { ...progress, learningRate },
    {
      type: 'learningRate',
      ...positionOf(progress),
      from: progress.learningRate,
      to: learningRate,
      reason: { rule: 'command', message: 'set by hand', commandId },
    },
  );

/** Another schedule, from its start, over the epochs that are left; the averages go on. */
export function withSchedule(
  progress: Progress,
  schedule: Schedule,
  { epochs, stepsPerEpoch }: Pick<FirstProgressOptions, 'epochs' | 'stepsPerEpoch'>,
  commandId: string,
): Progress {
  const { learningRate } = progress;
  const left = Math.max(1, epochs - progress.epoch);
  const { state, warnings } = schedule.begin({ epochs: left, stepsPerEpoch, learningRate });
  const changed = withEvent(
    { ...progress, schedule: schedule.settings, scheduleState: state },
    { type: 'schedule', ...positionOf(progress), schedule: schedule.settings, commandId },
  );
  return warnings.reduce(
    (warned, message) => withEvent(warned, { type: 'warning', ...positionOf(progress), message }),
    changed,
  );
}
