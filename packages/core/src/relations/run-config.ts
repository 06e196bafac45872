import { SCHEDULE_OPTIONS, type OptimizerConfig, type ScheduleConfig } from '@fdr/records';
import type { Dynamics } from '../dynamics.js';

/** mu and nu of a run's optimizer; undefined where its update is not (10), so that O_R has no meaning. */
export const dynamicsOf = (optimizer: OptimizerConfig): Dynamics | undefined =>
  optimizer.kind === 'sgd' ? optimizer : undefined;

/**
 * X within which a run's ratio counts as balanced: that of its equilibrium schedule, and the paper's 0.01 under any other.
 *
 * @example thresholdOf({ kind: 'constant' }) // 0.01
 */
export const thresholdOf = (schedule: ScheduleConfig): number =>
  schedule.kind === 'equilibrium' ? schedule.threshold : SCHEDULE_OPTIONS.equilibrium.threshold.default;
