import * as tf from '@tensorflow/tfjs';
import { correctSum, crossEntropySum } from '../losses/cross-entropy.js';
import type { Model } from '../models/model.js';
import { namedSlot, slotSpecs, slotTensors, tensorNamed } from '../parameters.js';
import { classify, imageConstants, type ImageSet } from './classification.js';
import type { Program } from '@fdr/program';
import { zip } from '../zip.js';
import { valueAndGradsWithAux } from './value-and-grads-with-aux.js';

/** A chunk may be smaller than the model's largest by this factor, if fewer examples of weight 0 have to fill the last one. */
const LEAST_PART = 0.6;

/** Number of examples in a step of an evaluation: all of a small set, else the number that leaves the fewest to fill up. */
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
 * cross-entropies, and `correct` [], the weighted number of correct answers.
 *
 * Parameters are settings; inputs are `indices` int32 [chunk] and `weights` float32 [chunk], 0 for examples that fill the last chunk up.
 * With `gradient` the state `gradients/<name>` is the sum of the gradients of the summed loss so far, and starts at zero.
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
      const weights = tensorNamed('weights', inputs);
      const forward = (parameters: readonly tf.Tensor[]) => {
        const { labels, logits } = classify(model, images.normalization, parameters, inputs, constants);
        return {
          value: crossEntropySum(labels, logits, weights),
          aux: correctSum(labels, logits, weights),
        };
      };
      const parameters = slotTensors('parameters', specs, settings);
      if (!gradient) {
        const { value, aux } = forward(parameters);
        return { state: {}, outputs: { loss: value, correct: aux } };
      }
      const { value, gradients, aux } = valueAndGradsWithAux(forward, parameters);
      const sums = zip(slotTensors('gradients', specs, state), gradients).map(([sum, gradient]) =>
        tf.add(sum, gradient),
      );
      return { state: namedSlot('gradients', specs, sums), outputs: { loss: value, correct: aux } };
    },
  };
}
