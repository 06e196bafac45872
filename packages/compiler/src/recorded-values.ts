import * as tf from '@tensorflow/tfjs';
import type { Graph } from './graph.js';
import type { Layout } from './layout.js';
import type { ElementType } from './onnx.js';
import { StaleSymbolError } from './recording-errors.js';

/** What is known of a tensor's values while a function is being recorded. */
export type RecordedValue =
  /** The output of a node, or an input of the graph. */
  | { readonly kind: 'node'; readonly name: string; readonly element: ElementType; readonly layout: Layout }
  /** One number everywhere: it stays a scalar in the graph where broadcasting allows it. */
  | { readonly kind: 'uniform'; readonly value: number }
  /** Numbers that the recorded function brought along. */
  | { readonly kind: 'values'; readonly values: tf.TypedArray };

/** A value, and TensorFlow.js's shape and type of the tensor. */
export type RecordedTensor = RecordedValue & { readonly shape: readonly number[]; readonly dtype: tf.DataType };

interface Entry {
  tensor: RecordedTensor | (() => RecordedTensor);
  /** How many tensors and variables share the value. */
  references: number;
  readonly graph: Graph;
}

/**
 * The values of tensors by TensorFlow.js's data ids, with reference counts. Tensors of other backends are read, and left
 * where they are.
 */
export class RecordedValues {
  readonly #entries = new WeakMap<tf.DataId, Entry>();
  /** Values of other backends' tensors, of this recording: their memory is not held longer. */
  #foreign = new Map<tf.DataId, RecordedTensor>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Forgets the values of other backends. */
  releaseForeign(): void {
    this.#foreign = new Map();
  }

  /** Stores a value that is computed when it is first asked for, if it is a function. */
  add(dataId: tf.DataId, graph: Graph, tensor: RecordedTensor | (() => RecordedTensor)): void {
    this.#entries.set(dataId, { tensor, references: 1, graph });
    this.#count += 1;
  }

  /** Replaces a value by an equal one that says it in fewer numbers. */
  replace(dataId: tf.DataId, tensor: RecordedTensor): void {
    const entry = this.#entries.get(dataId);
    if (entry) entry.tensor = tensor;
    else this.#foreign.set(dataId, tensor);
  }

  /** @throws StaleSymbolError if the tensor belongs to another graph */
  get(dataId: tf.DataId, graph: Graph): RecordedTensor {
    const entry = this.#entries.get(dataId);
    if (!entry) return this.#foreignValue(dataId);
    if (typeof entry.tensor === 'function') entry.tensor = entry.tensor();
    const { tensor } = entry;
    if (tensor.kind === 'node' && entry.graph !== graph) throw new StaleSymbolError(tensor.shape);
    return tensor;
  }

  addReference(dataId: tf.DataId): void {
    const entry = this.#entries.get(dataId);
    if (entry) entry.references += 1;
    else tf.engine().state.tensorInfo.get(dataId)?.backend.incRef(dataId);
  }

  references(dataId: tf.DataId): number {
    return this.#entries.get(dataId)?.references ?? 0;
  }

  /** Drops a reference. Returns whether none is left. */
  removeReference(dataId: tf.DataId, force: boolean): boolean {
    const entry = this.#entries.get(dataId);
    if (!entry) return true;
    entry.references -= 1;
    if (!force && entry.references > 0) return false;
    this.#entries.delete(dataId);
    this.#count -= 1;
    return true;
  }

  #foreignValue(dataId: tf.DataId): RecordedTensor {
    const known = this.#foreign.get(dataId);
    if (known) return known;
    const info = tf.engine().state.tensorInfo.get(dataId);
    if (!info) throw new Error('A tensor that is disposed was used while a function was being recorded.');
    const values = tf.engine().readSync(dataId) as tf.TypedArray;
    const tensor: RecordedTensor = { kind: 'values', values, shape: info.shape, dtype: info.dtype };
    this.#foreign.set(dataId, tensor);
    return tensor;
  }
}
