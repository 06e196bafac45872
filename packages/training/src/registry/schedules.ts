import {
  constant,
  cooldown,
  cosine,
  equilibrium,
  linear,
  plateau,
  stationary,
  step,
  wsd,
  type Schedule,
} from '@fdr/core/relations';
import type { Snapshot } from '@fdr/core';
import { scheduleConfig, type ScheduleConfig, type ScheduleKind, type ScheduleOptions } from '@fdr/records';
import { TrainingError } from '../training-error.js';

const SCHEDULES: { readonly [Kind in ScheduleKind]: (options: ScheduleOptions<Kind>) => Schedule } = {
  equilibrium,
  step,
  constant,
  cosine,
  linear,
  wsd,
  cooldown,
  stationary,
  plateau,
};

/** The schedule that a configuration names. @throws OptionError naming the option, its range and what was found. */
export const makeSchedule = <Kind extends ScheduleKind>(
  config: { readonly kind: Kind } & ScheduleOptions<Kind>,
): Schedule => SCHEDULES[config.kind](config);

/** The schedule under way when a snapshot was taken, which a command may have set. @throws TrainingError if it is not built in. */
export function recordedSchedule({ state }: Snapshot): ScheduleConfig {
  const { schedule } = state.progress;
  const parsed = scheduleConfig.safeParse(schedule);
  if (parsed.success) return parsed.data;
  throw new TrainingError(`the checkpoint's schedule must be built in; found ${JSON.stringify(schedule)}`);
}
