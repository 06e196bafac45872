export { interval, ratioInterval, type Interval } from './confidence.js';
export { cubicDefect, cubicRelation, type CubicDefect, type CubicWindow } from './cubic-relation.js';
export type { DeviationOnset } from './deviation.js';
export { inEquilibrium, ratioOf, slowest, type Balance, type TwoSides } from './equilibrium-rule.js';
export { formatDuration, formatMeasured, formatNumber, formatPercent } from './format.js';
export { fullBatchObservable } from './full-batch-observable.js';
export { halfRunningAverage, type HalfRunningAverage, type Readings } from './half-running-average.js';
export { identityDefect, IDENTITY_TOLERANCE, type IdentityDefect, type Moment, type Window } from './identity.js';
export { quadraticRelations, type QuadraticRelations, type Relation } from './quadratic-relations.js';
export { bestEpoch, isActive } from './run-status.js';
export { replayRule, type RuleReplay } from './rule-replay.js';
export {
  secondRelation,
  type SecondRelation,
  type SecondRelationOptions,
  type SecondRelationPoint,
  type SecondRelationRun,
} from './second-relation.js';
export type { Sides } from './sides.js';
export { stationaryRun } from './stationary-run.js';
export { possibleGain, stationaryFloor, valleyFloor, type ValleyFloor } from './valley-floor.js';
export type { LoweringOptions } from './schedules/horizon.js';
export type { JudgedBalance } from './schedules/equilibrium.js';
export { scheduleOf, type ScheduleChoice, type ScheduleName } from './schedules/choice.js';
export type { Decision, EpochEnd, LearningRateReason, Schedule, ScheduleState } from './schedules/schedule.js';
