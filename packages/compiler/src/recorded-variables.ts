import * as tf from '@tensorflow/tfjs';
import type { RecordedValue } from './recorded-values.js';
import type { Recorder } from './recorder.js';

/** A variable while a function is recorded: it holds a symbol in place of its data. */
interface Stand {
  readonly variable: tf.Variable;
  readonly symbol: tf.Tensor;
  /** What the variable gets back: its data, or the numbers of one that the function made. */
  readonly before: { readonly dataId: tf.DataId } | { readonly values: tf.TypedArray };
}

/** What a variable stands for at its first use; `read` gives its numbers. */
export type VariableValue = (variable: tf.Variable, read: () => tf.TypedArray) => RecordedValue;

const registered = (): tf.Variable[] => Object.values(tf.engine().registeredVariables);

/**
 * The variables of the process during a recording. Each holds a symbol, so that what a recorded function assigns never reaches
 * its data: whatever happens, {@link restore} gives the data back. That includes variables that the function makes, as an optimizer
 * does at its first step: they end with their initial values.
 */
export class RecordedVariables {
  readonly #stands = new Map<tf.Variable, Stand>();
  readonly #recorder: Recorder;
  readonly #value: VariableValue;

  constructor(recorder: Recorder, value: VariableValue) {
    this.#recorder = recorder;
    this.#value = value;
    for (const variable of registered()) {
      // Strings can't be recorded: such a variable is left alone.
      if (variable.dtype === 'string') continue;
      const { dataId } = variable;
      this.#replace(variable, { dataId }, () => tf.engine().readSync(dataId) as tf.TypedArray);
    }
    recorder.onShared = (shared) => {
      const made = registered().find((variable) => variable.dataId === shared && !this.#stands.has(variable));
      if (made) this.#adopt(made);
    };
  }

  /** The variables that were assigned, with what they hold. */
  assigned(): readonly { readonly variable: tf.Variable; readonly held: tf.TensorInfo }[] {
    return [...this.#stands.values()]
      .filter(({ variable, symbol }) => variable.dataId !== symbol.dataId)
      .map(({ variable: { dataId, shape, dtype }, variable }) => ({ variable, held: { dataId, shape, dtype } }));
  }

  /** Gives all variables their data back. To be called when the caller's backend is active again. */
  restore(): void {
    this.#recorder.onShared = undefined;
    for (const { variable, before } of this.#stands.values()) {
      if (variable.isDisposed) continue;
      this.#release(variable.dataId);
      variable.dataId = 'dataId' in before ? before.dataId : materialized(before.values, variable);
    }
  }

  #adopt(variable: tf.Variable): void {
    const { dataId } = variable;
    const values = this.#recorder.knownValues(dataId);
    if (!values)
      throw new Error(
        `The variable "${variable.name}" was made while its function was being recorded, from values that only a run knows. ` +
          'Make it before, or from constants.',
      );
    this.#replace(variable, { values }, () => values);
    this.#release(dataId);
  }

  #replace(variable: tf.Variable, before: Stand['before'], read: () => tf.TypedArray): void {
    const symbol = this.#recorder.lazy(variable.shape, variable.dtype, () => this.#value(variable, read));
    // One reference is the symbol's, one the variable's.
    this.#recorder.incRef(symbol.dataId);
    variable.dataId = symbol.dataId;
    this.#stands.set(variable, { variable, symbol, before });
  }

  #release(dataId: tf.DataId): void {
    if (this.#recorder.disposeData(dataId)) tf.engine().removeDataId(dataId, this.#recorder);
  }
}

/** New data on the active backend that belong to `variable` alone. */
function materialized(values: tf.TypedArray, variable: tf.Variable): tf.DataId {
  const tensor = tf.tensor(values.slice(), variable.shape, variable.dtype);
  const { dataId } = tensor;
  tf.engine().backend.incRef(dataId);
  tensor.dispose();
  return dataId;
}
