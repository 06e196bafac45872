/** What lies before a schedule when it begins. */
export interface TrainingHorizon {
  /** Epochs to come. */
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** eta at the beginning. */
  readonly learningRate: number;
}

/** Warns of a smallest learning rate that leaves a schedule nothing to do. */
export const minimumWarnings = (minimum: number, { learningRate }: TrainingHorizon): string[] =>
  minimum >= learningRate
    ? [`the minimum learning rate ${minimum} is not below ${learningRate}: the schedule will never lower it`]
    : [];

/** Warns of a schedule that needs more epochs than there are. `what` begins the sentence. */
export const epochWarnings = (needed: number, { epochs }: TrainingHorizon, what: string): string[] =>
  needed > epochs
    ? [`${what} needs ${needed} epochs and there are ${epochs}: the schedule will never lower the learning rate`]
    : [];
