/** What lies before a schedule when it begins. */
export interface Course {
  /** Epochs to come. */
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** eta at the beginning. */
  readonly learningRate: number;
}

/** Options of every schedule that lowers the learning rate. */
export interface LoweringOptions {
  /** It is never lowered below this; 0 by default. */
  readonly minimumLearningRate?: number | undefined;
  /** Tells what can't happen in it; nothing is told where it is not known. */
  readonly course?: Course | undefined;
}

/** What a schedule says of a smallest learning rate that leaves it nothing to do. */
export const minimumWarnings = ({ minimumLearningRate = 0, course }: LoweringOptions): string[] =>
  course && minimumLearningRate >= course.learningRate
    ? [
        `the minimum learning rate ${minimumLearningRate} is not below ${course.learningRate}: the schedule will never lower it`,
      ]
    : [];

/** What a schedule says when it needs more epochs than there are. */
export const shortnessWarnings = (needed: number, { course }: LoweringOptions, what: string): string[] =>
  course && needed > course.epochs
    ? [
        `${what} asks for ${needed} epochs and there are ${course.epochs}: the schedule will never lower the learning rate`,
      ]
    : [];
