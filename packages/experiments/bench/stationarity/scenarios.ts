/** Some directions of a quadratic landscape that are one parameter tensor. */
export interface Directions {
  readonly count: number;
  /** Smallest and largest h; those between lie evenly on a logarithmic scale. */
  readonly curvature: readonly [number, number];
  /** gamma: the variance of a mini-batch's gradient in a direction is c = h^gamma. */
  readonly noisePower: number;
  /** Distance of the start from the minimum in each direction, in deviations of its stationary state. */
  readonly displacement: number;
  /** Distance of the minimum from the origin, in the same unit. */
  readonly minimum: number;
}

/** SGD on a quadratic landscape whose distance from stationarity is known at each epoch's end. */
export interface Scenario {
  readonly name: string;
  /** The tuning half chose the rule's numbers; the other was run once, when they were fixed. */
  readonly half: 'tuning' | 'held-out';
  readonly tensors: readonly Directions[];
  readonly learningRate: number;
  readonly momentum: number;
  readonly dampening: number;
  readonly stepsPerEpoch: number;
  readonly epochs: number;
  readonly sampling: 'replacement' | 'shuffle';
  /** Degrees of freedom of Student's t that the noise is drawn from; undefined where it is normal. */
  readonly tails?: number;
  /** The start is drawn from the stationary state at the learning rate times this; left out, it is the same in all runs. */
  readonly startAtRate?: number;
}

const PLAIN = {
  learningRate: 0.1,
  momentum: 0,
  dampening: 0,
  stepsPerEpoch: 100,
  epochs: 160,
  sampling: 'replacement',
} as const;

const directions = (
  count: number,
  curvature: readonly [number, number],
  noisePower: number,
  displacement: number,
  minimum = 0,
): Directions => ({ count, curvature, noisePower, displacement, minimum });

/**
 * Written before the rule's numbers were chosen, and not changed since. Each kind of difficulty stands in both halves with other numbers.
 */
export const SCENARIOS: readonly Scenario[] = [
  { ...PLAIN, half: 'tuning', name: 'slow modes', tensors: [directions(30, [0.03, 1], 0, 6)] },
  {
    ...PLAIN,
    half: 'tuning',
    name: 'ratio crosses 1',
    tensors: [directions(15, [0.03, 1], 1, 8), directions(15, [0.02, 0.05], 1, -12, 12)],
  },
  {
    ...PLAIN,
    half: 'tuning',
    name: 'after a drop by 10',
    learningRate: 0.05,
    startAtRate: 10,
    tensors: [directions(30, [0.03, 1], 1, 0, 5)],
  },
  {
    ...PLAIN,
    half: 'tuning',
    name: 'soft mode',
    tensors: [directions(30, [0.1, 1], 1, 3), directions(1, [0.008, 0.008], 1, 60)],
  },
  { ...PLAIN, half: 'tuning', name: 'heavy tails', tails: 4, tensors: [directions(30, [0.03, 1], 0, 6, 3)] },
  {
    ...PLAIN,
    half: 'tuning',
    name: 'shuffled, crossing',
    sampling: 'shuffle',
    tensors: [directions(15, [0.03, 1], 1, 8), directions(15, [0.02, 0.05], 1, -12, 12)],
  },
  {
    ...PLAIN,
    half: 'tuning',
    name: 'momentum',
    learningRate: 0.01,
    momentum: 0.9,
    tensors: [directions(20, [0.03, 1], 1, 6, 3), directions(10, [0.03, 0.3], 1, -8, 8)],
  },
  { ...PLAIN, half: 'tuning', name: 'stationary', startAtRate: 1, tensors: [directions(30, [0.03, 1], 1, 0, 5)] },

  { ...PLAIN, half: 'held-out', name: 'slow modes', tensors: [directions(60, [0.015, 2], 1, 5, 2)] },
  {
    ...PLAIN,
    half: 'held-out',
    name: 'ratio crosses 1',
    learningRate: 0.2,
    tensors: [directions(10, [0.1, 2], 0, 4), directions(20, [0.008, 0.03], 0, -5, 5)],
  },
  {
    ...PLAIN,
    half: 'held-out',
    name: 'after a drop by 2',
    startAtRate: 2,
    tensors: [directions(20, [0.02, 1], 0, 0, 5), directions(20, [0.1, 1], 1, 0, 0)],
  },
  {
    ...PLAIN,
    half: 'held-out',
    name: 'soft modes',
    tensors: [directions(40, [0.2, 1], 1, 5, 2), directions(3, [0.004, 0.012], 1, 50)],
  },
  {
    ...PLAIN,
    half: 'held-out',
    name: 'heavy tails',
    tails: 3,
    tensors: [directions(15, [0.03, 1], 1, 8), directions(15, [0.02, 0.05], 1, -10, 10)],
  },
  {
    ...PLAIN,
    half: 'held-out',
    name: 'shuffled, slow modes',
    sampling: 'shuffle',
    stepsPerEpoch: 50,
    epochs: 240,
    tensors: [directions(40, [0.02, 1.5], 0, 5, 3)],
  },
  {
    ...PLAIN,
    half: 'held-out',
    name: 'momentum, crossing',
    learningRate: 0.02,
    momentum: 0.9,
    dampening: 0.5,
    tensors: [directions(15, [0.03, 1], 1, 8), directions(15, [0.02, 0.05], 1, -12, 12)],
  },
  {
    ...PLAIN,
    half: 'held-out',
    name: 'stationary, few directions',
    startAtRate: 1,
    tensors: [directions(3, [0.05, 1], 1, 0, 5), directions(5, [0.02, 0.5], 0, 0, 0)],
  },
];
