import * as tf from '@tensorflow/tfjs';
import type { Optimizer } from '../optimizers/optimizer.js';
import { zip } from '../zip.js';

/** What a training carries from step to step for the observables that read it: slots of its state, zero at the start. */
export type Memory = 'previousGradient' | 'displacement';

/** How each is carried on. */
const NEXT: Readonly<Record<Memory, (step: Remembered) => readonly tf.Tensor[]>> = {
  previousGradient: ({ gradients }) => gradients,
  displacement: ({ before, parameters, nextParameters }) =>
    zip(before, parameters, nextParameters).map(([sum, from, to]) => tf.add(sum, tf.sub(to, from))),
};

interface Remembered {
  /** The slot so far. */
  readonly before: readonly tf.Tensor[];
  readonly parameters: readonly tf.Tensor[];
  readonly gradients: readonly tf.Tensor[];
  readonly nextParameters: readonly tf.Tensor[];
}

/**
 * An optimizer that carries besides what some observables read of earlier steps; its updates are the same. An optimizer that carries that
 * itself, as DoG does its displacement, is left as it is.
 */
export function remembering(
  optimizer: Optimizer,
  observables: readonly { readonly remembers?: Memory | undefined }[],
): Optimizer {
  const wanted = observables.flatMap(({ remembers }) => remembers ?? []);
  const added = [...new Set(wanted)].filter((memory) => !optimizer.slots.includes(memory));
  if (added.length === 0) return optimizer;
  return {
    ...optimizer,
    slots: [...optimizer.slots, ...added],
    update: (parameters, gradients, state, learningRate) => {
      const updated = optimizer.update(parameters, gradients, state, learningRate);
      const step = { parameters, gradients, nextParameters: updated.parameters };
      const remembered = added.map((memory): [Memory, readonly tf.Tensor[]] => [
        memory,
        NEXT[memory]({ ...step, before: state.slots[memory] ?? [] }),
      ]);
      const slots = { ...updated.state.slots, ...Object.fromEntries(remembered) };
      return { ...updated, state: { ...updated.state, slots } };
    },
  };
}
