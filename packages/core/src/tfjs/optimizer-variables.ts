import * as tf from '@tensorflow/tfjs';
import { scalarName, type Optimizer, type OptimizerState } from '../optimizers/optimizer.js';
import { slotName } from '../parameters.js';
import { zip } from '../zip.js';

/** An optimizer's state as variables of TensorFlow.js, by the names of the parameters, zero at the start. */
interface OptimizerVariables {
  /**
   * The state of these parameters.
   *
   * @throws Error where what has been loaded does not fit them.
   */
  of(parameters: readonly tf.Variable[]): OptimizerState;
  /** Stores the state after a step. @param names of the parameters that it is of */
  store(names: readonly string[], state: OptimizerState): void;
  /** Scalars, then slot by slot the tensors in the order of the last step's parameters. */
  list(): { readonly name: string; readonly tensor: tf.Variable }[];
  /** Takes over a copy of what `list` gave, of the same number of parameters in the same order. @throws Error if scalars are missing */
  load(tensors: readonly tf.Tensor[]): void;
  dispose(): void;
}

const shapeText = (shape: readonly number[]): string => `[${shape.join()}]`;

export function optimizerVariables({ slots, scalars }: Pick<Optimizer, 'slots' | 'scalars'>): OptimizerVariables {
  /** By `slotName` and `scalarName`, made when they are first needed. */
  const variables = new Map<string, tf.Variable>();
  /** Slots that no step has used yet: they belong to parameters by their position. */
  let loaded: tf.Variable[] = [];
  let trained: readonly string[] = [];

  function variable(key: string, shape: readonly number[], saved?: tf.Variable): tf.Variable {
    const known = variables.get(key);
    if (known) return known;
    if (saved && shapeText(saved.shape) !== shapeText(shape))
      throw new Error(
        `the saved state of the optimizer has ${shapeText(saved.shape)} for ${key}, expected ${shapeText(shape)}`,
      );
    const made = saved ?? tf.variable(tf.zeros([...shape]), false);
    variables.set(key, made);
    return made;
  }

  function free(): void {
    tf.dispose([...variables.values(), ...loaded]);
    variables.clear();
    loaded = [];
  }

  return {
    of: (parameters) => {
      if (loaded.length > 0 && loaded.length !== slots.length * parameters.length)
        throw new Error(
          `the saved state of the optimizer is of ${loaded.length / slots.length} tensors, and ${parameters.length} are trained`,
        );
      const state = {
        slots: Object.fromEntries(
          slots.map((slot, number) => [
            slot,
            parameters.map(({ name, shape }, index) =>
              variable(slotName(slot, name), shape, loaded[number * parameters.length + index]),
            ),
          ]),
        ),
        scalars: Object.fromEntries(scalars.map((scalar) => [scalar, variable(scalarName(scalar), [])])),
      };
      loaded = [];
      return state;
    },
    store: (names, state) => {
      trained = names;
      const assign = (key: string, next: tf.Tensor) => {
        const own = variables.get(key);
        if (own !== next) own?.assign(next);
      };
      for (const [slot, tensors] of Object.entries(state.slots))
        for (const [name, next] of zip(names, tensors)) assign(slotName(slot, name), next);
      for (const [scalar, next] of Object.entries(state.scalars)) assign(scalarName(scalar), next);
    },
    list: () => {
      const ofSlots = slots.flatMap((slot) => trained.map((name) => slotName(slot, name)));
      const known = [...scalars.map(scalarName), ...ofSlots].flatMap((name) => {
        const tensor = variables.get(name);
        return tensor ? [{ name, tensor }] : [];
      });
      return [...known, ...loaded.map((tensor, index) => ({ name: `loaded/${index}`, tensor }))];
    },
    load: (tensors) => {
      if (tensors.length > 0 && tensors.length < scalars.length)
        throw new Error(
          `the saved state of the optimizer has ${tensors.length} tensors; expected at least ${scalars.join(', ')}`,
        );
      const copies = tensors.map((tensor) => tf.variable(tensor, false));
      free();
      trained = [];
      loaded = copies.slice(scalars.length);
      if (copies.length > 0) zip(scalars, copies.slice(0, scalars.length)).forEach(([scalar, copy]) => variables.set(scalarName(scalar), copy)); // prettier-ignore
    },
    dispose: free,
  };
}
