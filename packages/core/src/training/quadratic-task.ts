import { weightDecayValue } from '../losses/weight-decay.js';
import { checkedQuadratic, quadratic, type QuadraticOptions } from '../models/quadratic.js';
import type { Sampling } from '@fdr/records';
import { sampleOf } from '../relations/confidence.js';
import { normal, randomState } from '../random.js';
import { inRange } from '../validate.js';
import { drawExamples } from './sampling.js';
import type { EvaluatedTask, Task } from './task.js';

/** Finite data of a {@link quadraticTask}. */
export interface QuadraticData {
  /** How an epoch draws its mini-batches. */
  readonly sampling: Sampling;
  /** Of the data: an integer in [0, 2^32 - 1]. */
  readonly seed: number;
}

/** What {@link quadraticTask} trains on. */
export interface QuadraticTaskOptions extends QuadraticOptions {
  /** M, a positive integer; with data at least 2. */
  readonly stepsPerEpoch: number;
  /** Left out, each step draws a new centre from a normal distribution. */
  readonly data?: QuadraticData | undefined;
}

/**
 * Training on the quadratic loss. The full-batch loss is known in closed form, `1/2 h (|theta|^2 + dimensions s^2)`, for training and test
 * alike; there is no accuracy (NaN).
 *
 * With `data` there are as many centres as an epoch has steps, of mean zero and deviation s in each direction exactly, and each mini-batch is one of
 * them. With replacement the stationary state is `stationaryState`; shuffled it is `epochAverages` with c = (s h)^2.
 *
 * @throws OptionError naming the option, its range and what was found.
 */
export function quadraticTask(options: QuadraticTaskOptions): EvaluatedTask {
  const { dimensions, curvature, noise } = checkedQuadratic(options);
  const { data } = options;
  const stepsPerEpoch = inRange('stepsPerEpoch', options.stepsPerEpoch, { min: data ? 2 : 1, integer: true });
  const shape = { dimensions, noise, stepsPerEpoch };
  return {
    objective: quadratic(options),
    constants: {},
    stepsPerEpoch,
    warnings: [],
    batches: data ? dataBatches(shape, data) : freshBatches(shape),
    evaluator: (_executor, weightDecay) =>
      Promise.resolve({
        evaluate: (parameters) => {
          // 1/2 |theta|^2
          const half = weightDecayValue(parameters, 1);
          const loss = (curvature + weightDecay) * half + (curvature / 2) * dimensions * noise ** 2;
          return Promise.resolve({
            trainLoss: loss,
            trainAccuracy: NaN,
            testLoss: loss,
            testAccuracy: NaN,
            gradientNormSquared: (curvature + weightDecay) ** 2 * 2 * half,
          });
        },
        gradient: (parameters) =>
          Promise.resolve(
            parameters.map((values) => Float64Array.from(values, (value) => (curvature + weightDecay) * value)),
          ),
        dispose: () => Promise.resolve(),
      }),
  };
}

interface Shape {
  readonly dimensions: number;
  readonly noise: number;
  readonly stepsPerEpoch: number;
}

/** Each step has a new centre. */
const freshBatches =
  ({ dimensions, noise, stepsPerEpoch }: Shape): Task['batches'] =>
  (state) => {
    const centres = normal(state, stepsPerEpoch * dimensions, noise);
    return {
      take: (from, steps) => ({ centre: centres.values.subarray(from * dimensions, (from + steps) * dimensions) }),
      next: centres.state,
    };
  };

/** Each step has one of the same centres. */
function dataBatches({ dimensions, noise, stepsPerEpoch }: Shape, { sampling, seed }: QuadraticData): Task['batches'] {
  let random = randomState(seed, 'initialization');
  const columns = Array.from({ length: dimensions }, () => {
    const { values, state } = normal(random, stepsPerEpoch, 1);
    random = state;
    return standardized([...values]);
  });
  return (state) => {
    const order = drawExamples(sampling, state, stepsPerEpoch);
    return {
      take: (from, steps) => {
        const taken = [...order.values.subarray(from, from + steps)];
        return {
          centre: Float32Array.from(taken.flatMap((index) => columns.map((column) => noise * (column[index] ?? NaN)))),
        };
      },
      next: order.state,
    };
  };
}

/** The values, shifted and scaled to mean 0 and variance 1. */
function standardized(values: readonly number[]): number[] {
  const { mean, squaredError, count } = sampleOf(values);
  const deviation = Math.sqrt(squaredError * (count - 1));
  return values.map((value) => (value - mean) / deviation);
}
