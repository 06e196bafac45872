import { weightDecayValue } from '../losses/weight-decay.js';
import { checkedQuadratic, quadratic, type QuadraticOptions } from '../models/quadratic.js';
import { normal } from '../random.js';
import { inRange } from '../validate.js';
import type { Task } from './task.js';

/**
 * Training on the quadratic loss: each step draws a new centre. The full-batch loss is known without any data,
 * `1/2 h (|theta|^2 + dimensions s^2)`, for training and test alike; there is no accuracy (NaN).
 *
 * @param options with `stepsPerEpoch`, a positive integer.
 * @throws OptionError naming the option, its range and what was found.
 */
export function quadraticTask(options: QuadraticOptions & { readonly stepsPerEpoch: number }): Task {
  const { dimensions, curvature, noise } = checkedQuadratic(options);
  const stepsPerEpoch = inRange('stepsPerEpoch', options.stepsPerEpoch, { min: 1, integer: true });
  return {
    objective: quadratic(options),
    constants: {},
    stepsPerEpoch,
    warnings: [],
    batches: (state) => {
      const centres = normal(state, stepsPerEpoch * dimensions, noise);
      return {
        take: (from, steps) => ({ centre: centres.values.subarray(from * dimensions, (from + steps) * dimensions) }),
        next: centres.state,
      };
    },
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
        dispose: () => Promise.resolve(),
      }),
  };
}
