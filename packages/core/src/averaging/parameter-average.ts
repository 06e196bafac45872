import type { Settings } from '@fdr/records';

/** A mean of the parameters after some steps. */
export interface ParameterMean {
  /** How many steps it is a mean of. */
  readonly steps: number;
  /** In the order of the parameters. */
  readonly values: readonly Float32Array[];
}

/** The state of an average besides its running tensors. */
export interface AverageState {
  /** Steps that the running tensors hold. */
  readonly taken: number;
  /** Steps since the learning rate last changed, up to the last epoch's end. */
  readonly sinceChange: number;
  /** Means of stretches of steps before those, oldest first. */
  readonly blocks: readonly ParameterMean[];
  /** The average as it was at the last epoch's end; undefined before the first. */
  readonly latest: ParameterMean | undefined;
}

/** The state before the first step. */
export const NOTHING_AVERAGED: AverageState = { taken: 0, sinceChange: 0, blocks: [], latest: undefined };

/**
 * An average A of the parameters over the steps of a training, evaluated beside them at epochs' ends: pure functions over an explicit state. The
 * training itself does not see it, so that its relations and its bits are what they are without. Within an epoch each step makes
 *
 *     A <- (1 - c) A + c theta,      theta after the step's update, c = weight(taken)
 *
 * where c = 1 begins anew.
 */
export interface ParameterAverage {
  /** Kind and options, as they are recorded. A snapshot is resumed only with the same ones. */
  readonly settings: Settings;
  /** c of the step after `taken` ones. */
  readonly weight: (taken: number) => number;
  /** What an epoch's end makes of it: `latest` is the average now. @param running A, not to be kept. */
  readonly endEpoch: (state: AverageState, running: readonly Float32Array[]) => AverageState;
  /** What a change of the learning rate makes of it. */
  readonly afterRateChange: (state: AverageState) => AverageState;
}
