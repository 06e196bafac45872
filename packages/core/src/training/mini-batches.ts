import type { Sampling } from '@fdr/records';
import { inRange, oneOf } from '../validate.js';
import { drawExamples } from './sampling.js';
import type { Task } from './task.js';

/**
 * The part of a {@link Task} that draws mini-batches of examples: the input `indices` int32 [batchSize] of each step. An epoch has as many steps
 * as there are whole mini-batches; where they are shuffled, examples after the last whole one are left out, and a warning says so.
 *
 * @param count number of training examples, at least 1.
 * @param batchSize in [1, count].
 * @throws OptionError if the batch size does not fit, or there is no such sampling.
 * @example { objective, constants, ...miniBatches(60_000, 100) }
 */
export function miniBatches(
  count: number,
  batchSize: number,
  sampling: Sampling = 'shuffle',
): Pick<Task, 'stepsPerEpoch' | 'warnings' | 'batches'> {
  inRange('batchSize', batchSize, { min: 1, max: count, integer: true });
  oneOf('sampling', sampling, ['shuffle', 'replacement'] as const);
  const stepsPerEpoch = Math.floor(count / batchSize);
  const leftOut = count - stepsPerEpoch * batchSize;
  const examples = count.toLocaleString('en-US');
  return {
    stepsPerEpoch,
    warnings:
      leftOut > 0 && sampling === 'shuffle'
        ? [`batch size ${batchSize} does not divide ${examples}: ${leftOut} examples of each shuffle are left out`]
        : [],
    batches: (state) => {
      const order = drawExamples(sampling, state, count);
      return {
        take: (from, steps) => ({ indices: order.values.subarray(from * batchSize, (from + steps) * batchSize) }),
        next: order.state,
      };
    },
  };
}
