import * as tf from '@tensorflow/tfjs';
import { correctSum, crossEntropySum } from '../losses/cross-entropy.js';
import type { Model } from '../models/model.js';
import { namedSlot, slotSpecs, slotTensors } from '../parameters.js';
import { classify, imageConstants, type ImageSet } from './classification.js';
import type { Program } from '../program.js';
import { valueGradientsAndByproduct } from './gradients.js';

/** A chunk may be smaller than the model's largest by this factor, if it leaves fewer places empty. */
const LEAST_PART = 0.6;

/** How many examples a step of an evaluation takes: all of a small set, else that which leaves the fewest places empty. */
export function chunkSize(count: number, largest = 250): number {
  if (count <= largest) return count;
  let best = largest;
  const empty = (size: number) => Math.ceil(count / size) * size - count;
  for (let size = largest; size >= LEAST_PART * largest && empty(best) > 0; size--)
    if (empty(size) < empty(best)) best = size;
  return best;
}

/**
 * A pass over a set of images as a {@link Program}, `chunk` examples a step: outputs `loss` [], the weighted sum of
 * cross-entropies, and `correct` [], the weighted number of right answers.
 *
 * Parameters are settings; inputs are `indices` int32 [chunk] and `weights` float32 [chunk]: 0 fills the last chunk up. With
 * `gradient` the state `gradients/<name>` gathers the gradient of the summed loss, so that it should start at zero.
 */
export function evaluationProgram(
  model: Model,
  images: Pick<ImageSet, 'count' | 'normalization'>,
  { chunk, gradient }: { readonly chunk: number; readonly gradient: boolean },
): Program {
  const { parameters: specs } = model;
  return {
    name: `${model.name}-evaluation${gradient ? '-with-gradient' : ''}`,
    state: gradient ? slotSpecs('gradients', specs) : {},
    inputs: { indices: { shape: [chunk], dtype: 'int32' }, weights: { shape: [chunk], dtype: 'float32' } },
    settings: slotSpecs('parameters', specs),
    constants: imageConstants(model, images.count),
    step: ({ state, inputs, settings, constants }) => {
      const weights = inputs['weights'] as tf.Tensor;
      const forward = (parameters: readonly tf.Tensor[]) => {
        const { labels, logits } = classify(model, images.normalization, parameters, inputs, constants);
        return {
          value: crossEntropySum(labels, logits, weights),
          byproduct: correctSum(labels, logits, weights),
        };
      };
      const parameters = slotTensors('parameters', specs, settings);
      if (!gradient) {
        const { value, byproduct } = forward(parameters);
        return { state: {}, outputs: { loss: value, correct: byproduct } };
      }
      const { value, gradients, byproduct } = valueGradientsAndByproduct(forward, parameters);
      const sums = slotTensors('gradients', specs, state).map((sum, index) =>
        tf.add(sum, gradients[index] as tf.Tensor),
      );
      return { state: namedSlot('gradients', specs, sums), outputs: { loss: value, correct: byproduct } };
    },
  };
}
