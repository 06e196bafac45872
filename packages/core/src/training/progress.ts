import type { EpochRecord, EventRecord } from '@fdr/records';
import { randomState, type RandomState } from '../random.js';
import { inRange } from '../validate.js';
import { scheduleOf, type ScheduleChoice } from '../relations/schedules/choice.js';
import type { ScheduleState } from '../relations/schedules/schedule.js';

type Without<Record, Key extends PropertyKey> = Record extends unknown ? Omit<Record, Key> : never;

/** An {@link EventRecord} before someone with a clock has written the time on it. */
export type TrainingEvent = Without<EventRecord, 'time'>;
/** An {@link EpochRecord} before someone with a clock has written the seconds on it. */
export type TrainingEpoch = Without<EpochRecord, 'seconds'>;

/** Where a training stands, all but tensors and averages. JSON carries it, and it is never changed in place. */
export interface Progress {
  /** Steps done. */
  readonly step: number;
  /** Epochs done and recorded. */
  readonly epoch: number;
  /** Steps done of the epoch under way; all of them while its evaluation is due. */
  readonly stepInEpoch: number;
  /** eta of the next step. */
  readonly learningRate: number;
  readonly schedule: ScheduleChoice;
  readonly scheduleState: ScheduleState;
  /** From which the shuffle of the epoch under way is drawn. */
  readonly random: RandomState;
  /** True once the loss has not been finite. */
  readonly diverged: boolean;
  /** Events that have happened and are still to be told. */
  readonly untold: readonly TrainingEvent[];
}

/** The learning rates that a run may have (records' `runConfig` says the same). */
export const checkedLearningRate = (value: number): number => inRange('learningRate', value, { min: 1e-12, max: 1e12 });

/** Adds an event to those that are still to be told. */
export const telling = (progress: Progress, event: TrainingEvent): Progress => ({
  ...progress,
  untold: [...progress.untold, event],
});

/** Where and when, for an event that happens now. */
export const at = ({ step, epoch }: Progress): { readonly step: number; readonly epoch: number } => ({ step, epoch });

/** Before the first step. The warnings are told first. */
export function firstProgress(given: {
  readonly learningRate: number;
  readonly schedule: ScheduleChoice;
  readonly seed: number;
  readonly warnings: readonly string[];
}): Progress {
  const { warnings, start } = scheduleOf(given.schedule);
  return {
    step: 0,
    epoch: 0,
    stepInEpoch: 0,
    learningRate: checkedLearningRate(given.learningRate),
    schedule: { ...given.schedule },
    scheduleState: start,
    random: randomState(given.seed, 'shuffling'),
    diverged: false,
    untold: [...given.warnings, ...warnings].map((message) => ({ type: 'warning', step: 0, epoch: 0, message })),
  };
}

/** A learning rate asked for by a person. The half-running averages are the caller's to restart. */
export const withLearningRate = (progress: Progress, learningRate: number, commandId: string): Progress =>
  telling(
    { ...progress, learningRate },
    {
      type: 'learningRate',
      ...at(progress),
      from: progress.learningRate,
      to: learningRate,
      reason: { rule: 'command', commandId },
    },
  );

/** Another schedule, from its start; the averages go on. */
export function withSchedule(progress: Progress, schedule: ScheduleChoice, commandId: string): Progress {
  const { start, warnings } = scheduleOf(schedule);
  const { threshold, decay } = schedule;
  const changed = telling(
    { ...progress, schedule: { ...schedule }, scheduleState: start },
    { type: 'schedule', ...at(progress), schedule: schedule.schedule, threshold, decay, commandId },
  );
  return warnings.reduce((told, message) => telling(told, { type: 'warning', ...at(progress), message }), changed);
}
