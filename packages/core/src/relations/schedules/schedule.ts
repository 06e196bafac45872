import type { EventRecord } from '@fdr/records';
import type { Balance, TwoSides } from '../equilibrium-rule.js';

/** Why a learning rate changed, as it is recorded. */
export type LearningRateReason = Extract<EventRecord, { type: 'learningRate' }>['reason'];

/** What a schedule is told at an epoch's end: the balance since the learning rate last changed, and the rate itself. */
export interface EpochEnd extends Balance {
  readonly learningRate: number;
  /** The same balance of each parameter tensor, by its name. */
  readonly layers: Readonly<Record<string, TwoSides>>;
  /** Full-batch loss over the training data, L2 term included. */
  readonly trainLoss: number;
}

/** All that a schedule remembers; JSON carries it. */
export type ScheduleState = Readonly<Record<string, number>>;

export interface Decision {
  readonly state: ScheduleState;
  readonly learningRate: number;
  /** Null if the learning rate stays. A change restarts the half-running averages. */
  readonly reason: LearningRateReason | null;
}

/** Pure functions over an explicit state. A new schedule is one file and one row of the table in `choice.ts`. */
export interface Schedule {
  readonly start: ScheduleState;
  readonly decide: (state: ScheduleState, end: EpochEnd) => Decision;
  /** What is questionable about the chosen numbers, for people. */
  readonly warnings: readonly string[];
}
