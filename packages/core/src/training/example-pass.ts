import * as tf from '@tensorflow/tfjs';
import type { Program, Tensors, TensorSpecs } from '@fdr/program';
import { namedSlot, slotSpecs, slotTensors, tensorNamed, type ParameterSpec } from '../parameters.js';
import { zip } from '../zip.js';
import { valueAndGradsWithAux } from './value-and-grads-with-aux.js';

/** A chunk may be smaller than the largest by this factor, if fewer examples of weight 0 have to fill the last one. */
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

/** What a pass over examples finds of each of a chunk: float32 [chunk]. */
interface Judgement {
  readonly losses: tf.Tensor;
  /** 1 where the answer is right, else 0; left out where there is no such thing. */
  readonly correct?: tf.Tensor | undefined;
}

/** A set of examples, and how those at the input `indices` are judged. */
export interface ExamplePass {
  readonly name: string;
  readonly parameters: readonly ParameterSpec[];
  readonly count: number;
  /** Most examples at once; 250 by default. */
  readonly largestChunk?: number | undefined;
  readonly specs: TensorSpecs;
  readonly judge: (parameters: readonly tf.Tensor[], inputs: Tensors, constants: Tensors) => Judgement;
}

/**
 * A pass over examples as a {@link Program}, `chunk` examples a step: outputs `loss` [], the weighted sum of the losses, and, where there is such a
 * thing, `correct` [], the weighted number of correct answers.
 *
 * Parameters are settings; inputs are `indices` int32 [chunk] and `weights` float32 [chunk], 0 for examples that fill the last chunk up.
 * With `gradient` the state `gradients/<name>` is the sum of the gradients of the summed loss so far, and starts at zero.
 */
export function passProgram(
  { name, parameters: specs, specs: constants, judge }: ExamplePass,
  { chunk, gradient }: { readonly chunk: number; readonly gradient: boolean },
): Program {
  return {
    name: `${name}-evaluation${gradient ? '-with-gradient' : ''}`,
    state: gradient ? slotSpecs('gradients', specs) : {},
    inputs: { indices: { shape: [chunk], dtype: 'int32' }, weights: { shape: [chunk], dtype: 'float32' } },
    settings: slotSpecs('parameters', specs),
    constants,
    step: ({ state, inputs, settings, constants }) => {
      const weights = tensorNamed('weights', inputs);
      const forward = (parameters: readonly tf.Tensor[]) => {
        const { losses, correct } = judge(parameters, inputs, constants);
        const value: tf.Scalar = tf.sum(tf.mul(losses, weights));
        return { value, aux: correct && tf.sum(tf.mul(correct, weights)) };
      };
      const outputsOf = (loss: tf.Tensor, correct: tf.Tensor | undefined) => (correct ? { loss, correct } : { loss });
      const parameters = slotTensors('parameters', specs, settings);
      if (!gradient) {
        const { value, aux } = forward(parameters);
        return { state: {}, outputs: outputsOf(value, aux) };
      }
      const { value, gradients, aux } = valueAndGradsWithAux(forward, parameters);
      const sums = zip(slotTensors('gradients', specs, state), gradients).map(([sum, slope]) => tf.add(sum, slope));
      return { state: namedSlot('gradients', specs, sums), outputs: outputsOf(value, aux) };
    },
  };
}
