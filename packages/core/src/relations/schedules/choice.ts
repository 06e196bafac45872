import { oneOf } from '../../validate.js';
import { constant } from './constant.js';
import { cosine } from './cosine.js';
import type { LoweringOptions } from './horizon.js';
import { equilibrium, type EquilibriumOptions } from './equilibrium.js';
import { plateau } from './plateau.js';
import type { Schedule } from './schedule.js';
import { step } from './step.js';

export type ScheduleName = 'equilibrium' | 'step' | 'constant' | 'cosine' | 'plateau';

/** Which schedule, and the numbers of all; each reads its own. */
export interface ScheduleChoice extends EquilibriumOptions, LoweringOptions {
  readonly schedule: ScheduleName;
  /** Of `step`. */
  readonly everyEpochs?: number | undefined;
  /** Of `step`. */
  readonly divisor?: number | undefined;
  /** Of `plateau`. */
  readonly patience?: number | undefined;
  /** Of `plateau`. */
  readonly factor?: number | undefined;
  /** Of `plateau`. */
  readonly improvement?: number | undefined;
}

const SCHEDULES: Readonly<Record<ScheduleName, (choice: ScheduleChoice) => Schedule>> = {
  equilibrium,
  step,
  constant,
  cosine: (choice) => cosine({ ...choice, epochs: choice.course?.epochs ?? NaN }),
  plateau,
};

/**
 * @param choice `cosine` has to know its `course`.
 * @throws OptionError naming the option, what is allowed and what was found.
 */
export const scheduleOf = (choice: ScheduleChoice): Schedule =>
  SCHEDULES[oneOf('schedule', choice.schedule, Object.keys(SCHEDULES) as ScheduleName[])](choice);
