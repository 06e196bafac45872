import type { LearningRateReason, Settings } from '@fdr/records';
import type { Dynamics } from '../../dynamics.js';
import type { DriftWindow } from '../drift/drift-window.js';
import type { Balance, TwoSides } from '../equilibrium-rule.js';
import type { RatioScatter } from '../ratio-scatter.js';
import type { TrainingHorizon } from './horizon.js';

/** A window of distances, and the eta, mu and nu that its steps were made with. */
export type DriftLook = DriftWindow & Dynamics & { readonly learningRate: number };

/** A schedule's input at an epoch's end: the balance since the learning rate last changed, and the rate itself. */
export interface EpochEnd extends Balance {
  /** eta at the epoch's beginning. */
  readonly learningRate: number;
  /** The same balance of each parameter tensor, by its name. */
  readonly layers: Readonly<Record<string, TwoSides>>;
  /** How much the ratios scatter from window to window: for reasons and warnings, never for the paper's decision. */
  readonly scatter: RatioScatter;
  /** Full-batch loss over the training data, L2 term included. */
  readonly trainLoss: number;
  /** The window of distances that ended in this epoch; undefined where none did, or where none are kept. */
  readonly drift?: DriftLook | undefined;
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
  /** eta at the beginning of the next epoch. */
  readonly learningRate: number;
  /** Null if the learning rate stays. A change, or that it begins to move, restarts the half-running averages. */
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
  /**
   * `dynamics`: it reads O_R, which only SGD defines; a training with another optimizer refuses it. `drift`: it reads windows of distances too, which the
   * training then keeps.
   */
  readonly needs?: 'dynamics' | 'drift' | undefined;
  /** Called before its first epoch. */
  readonly begin: (horizon: TrainingHorizon) => ScheduleStart;
  /** Called at each epoch's end. */
  readonly decide: (state: ScheduleState, end: EpochEnd) => Decision;
  /**
   * The learning rate of a step over that of its epoch's beginning; left out where an epoch has one rate.
   *
   * @param part of the epoch that lies before the step, in [0, 1); at 0 it must return 1.
   */
  readonly withinEpoch?: ((state: ScheduleState, part: number) => number) | undefined;
  /** Why the training ends here, in words; undefined while it goes on. Left out: it goes on until its epochs are done. */
  readonly ended?: ((state: ScheduleState) => string | undefined) | undefined;
}
