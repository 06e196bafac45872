import type { LearningRateReason, Settings } from '@fdr/records';
import type { Balance, TwoSides } from '../equilibrium-rule.js';
import type { RatioScatter } from '../ratio-scatter.js';
import type { TrainingHorizon } from './horizon.js';

/** A schedule's input at an epoch's end: the balance since the learning rate last changed, and the rate itself. */
export interface EpochEnd extends Balance {
  /** eta during the epoch. */
  readonly learningRate: number;
  /** The same balance of each parameter tensor, by its name. */
  readonly layers: Readonly<Record<string, TwoSides>>;
  /** How much the ratios scatter from window to window: for reasons and warnings, never for the paper's decision. */
  readonly scatter: RatioScatter;
  /** Full-batch loss over the training data, L2 term included. */
  readonly trainLoss: number;
}

/** The state of a schedule, as plain JSON. */
export type ScheduleState = Readonly<Record<string, number>>;

/** The first state of a schedule, and warnings of options that can't work in the training before it. */
export interface ScheduleStart {
  readonly state: ScheduleState;
  /** One sentence each, for people. */
  readonly warnings: readonly string[];
}

/** A schedule's decision at an epoch's end. */
export interface Decision {
  readonly state: ScheduleState;
  /** eta of the next epoch. */
  readonly learningRate: number;
  /** Null if the learning rate stays. A change restarts the half-running averages. */
  readonly reason: LearningRateReason | null;
  /** A sentence for people about this change, reported after it. */
  readonly warning?: string | undefined;
}

/**
 * Sets the learning rate at epochs' ends: pure functions over an explicit state. A caller's own is passed to `train()` as the built-in
 * ones are.
 *
 * @example
 * const halving: Schedule = {
 *   settings: { kind: 'halving' },
 *   begin: () => ({ state: {}, warnings: [] }),
 *   decide: (state, { learningRate }) => ({
 *     state,
 *     learningRate: learningRate / 2,
 *     reason: { rule: 'halving', message: 'an epoch had passed' },
 *   }),
 * };
 */
export interface Schedule {
  /** Kind and options, as they are recorded. A snapshot is resumed only with the same ones. */
  readonly settings: Settings;
  /** `dynamics`: it reads O_R, which only SGD defines; a training with another optimizer refuses it. */
  readonly needs?: 'dynamics' | undefined;
  /** Called before its first epoch. */
  readonly begin: (horizon: TrainingHorizon) => ScheduleStart;
  /** Called at each epoch's end. */
  readonly decide: (state: ScheduleState, end: EpochEnd) => Decision;
}
