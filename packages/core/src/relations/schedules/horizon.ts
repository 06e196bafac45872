/** The rest of the training when a schedule begins. */
export interface TrainingHorizon {
  /** Epochs to come. */
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** eta at the beginning. */
  readonly learningRate: number;
}

/** Warns of a minimum that is not below the learning rate. */
export const minimumWarnings = (minimum: number, { learningRate }: TrainingHorizon): string[] =>
  minimum >= learningRate
    ? [`the minimum learning rate ${minimum} is not below ${learningRate}: the schedule will never lower it`]
    : [];

/** Warns of a schedule that needs more epochs than there are. @param what subject of the sentence. */
export const epochWarnings = (needed: number, { epochs }: TrainingHorizon, what: string): string[] =>
  needed > epochs
    ? [`${what} needs ${needed} epochs and there are ${epochs}: the schedule will never lower the learning rate`]
    : [];
