import type { LearningRateReason, Settings } from '@fdr/records';
import type { Balance, TwoSides } from '../equilibrium-rule.js';
import type { TrainingHorizon } from './horizon.js';

/** What a schedule is given at an epoch's end: the balance since the learning rate last changed, and the rate itself. */
export interface EpochEnd extends Balance {
  /** eta during the epoch. */
  readonly learningRate: number;
  /** The same balance of each parameter tensor, by its name. */
  readonly layers: Readonly<Record<string, TwoSides>>;
  /** Full-batch loss over the training data, L2 term included. */
  readonly trainLoss: number;
}

/** All that a schedule remembers; JSON carries it. */
export type ScheduleState = Readonly<Record<string, number>>;

/** What a schedule begins with, and what cannot happen in the training before it. */
export interface ScheduleStart {
  readonly state: ScheduleState;
  /** One sentence each, for people. */
  readonly warnings: readonly string[];
}

/** What a schedule answers at an epoch's end. */
export interface Decision {
  readonly state: ScheduleState;
  /** eta of the next epoch. */
  readonly learningRate: number;
  /** Null if the learning rate stays. A change restarts the half-running averages. */
  readonly reason: LearningRateReason | null;
}

/** What sets the learning rate at epochs' ends: pure functions over an explicit state. */
export interface Schedule {
  /** Its kind and its options, as they are recorded. A training goes on bit for bit only with the same ones. */
  readonly settings: Settings;
  /** `dynamics`: it reads O_R, which only SGD defines; a training with another optimizer refuses it. */
  readonly needs?: 'dynamics';
  /** Before the first epoch that it sees. */
  readonly begin: (horizon: TrainingHorizon) => ScheduleStart;
  /** At each epoch's end. */
  readonly decide: (state: ScheduleState, end: EpochEnd) => Decision;
}
