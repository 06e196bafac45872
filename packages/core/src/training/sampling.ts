import type { Sampling } from '@fdr/records';
import { integers, permutation, type Draw, type RandomState } from '../random.js';

/**
 * The examples of an epoch, in the order in which its mini-batches take them: as many as there are.
 *
 * `shuffle`: each once. The deviations of the mini-batch gradients from the full one sum to zero over the epoch, so that they are not independent.
 * `replacement`: each drawn from all of them, so that mini-batches are independent, as the theory has them.
 *
 * @param examples number of training examples, at least 1.
 */
export function drawExamples(sampling: Sampling, state: RandomState, examples: number): Draw<Int32Array> {
  switch (sampling) {
    case 'shuffle':
      return permutation(state, examples);
    case 'replacement':
      return integers(state, examples, examples);
    default:
      return sampling satisfies never;
  }
}
