import * as tf from '@tensorflow/tfjs';
import { Graph } from './graph.js';
import { ELEMENT_TYPE, type ElementType } from './onnx.js';
import { reordering, storedShape, type Order } from './order.js';

/** What is known of a tensor while a function is being recorded. */
type Known =
  /** The output of a node, or an input of the graph. */
  | { readonly kind: 'node'; readonly name: string; readonly element: ElementType; readonly order: Order }
  /** One number everywhere: stays a scalar in the graph where broadcasting allows it. */
  | { readonly kind: 'uniform'; readonly value: number }
  /** Numbers that the function brought along. */
  | { readonly kind: 'values'; readonly values: tf.TypedArray };
type Recorded = Known & { readonly shape: readonly number[] };

export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

/** Reading a value inside a recorded function. */
export class ReadWhileRecordingError extends Error {
  override readonly name = 'ReadWhileRecordingError';
  constructor(shape: readonly number[]) {
    super(
      `A tensor of shape [${shape.join()}] was read (dataSync, data, array, print, ...) while its function was being recorded. ` +
        'It has no value yet: a recorded function may only compute with tensors. Return it as an output and read it after the run.',
    );
  }
}

function elementOf(dtype: tf.DataType): ElementType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new Error(`Tensors of type ${dtype} can't be recorded; expected float32, int32 or bool.`);
}

function castNumber(value: number, dtype: tf.DataType): number {
  if (dtype === 'int32') return Math.trunc(value);
  return dtype === 'bool' ? Number(value !== 0) : value;
}

/**
 * A TensorFlow.js backend that computes nothing: its kernels add nodes to {@link Recorder.graph}. One graph is recorded at a time,
 * between {@link Recorder.begin} and {@link Recorder.end}.
 */
export class Recorder extends tf.KernelBackend {
  graph: Graph = new Graph();
  readonly #recorded = new tf.DataStorage<Recorded>(this, tf.engine());

  begin(): Graph {
    this.graph = new Graph();
    return this.graph;
  }

  /** A tensor that stands for a value of the graph. */
  symbol(
    name: string,
    shape: readonly number[],
    dtype: tf.DataType,
    element: ElementType = elementOf(dtype),
  ): tf.Tensor {
    return tf.engine().makeTensorFromTensorInfo(this.node(name, shape, dtype, { element }));
  }

  /** What a kernel returns for the output of a node; `shape` is TensorFlow.js's, whatever the order it is stored in. */
  node(
    name: string,
    shape: readonly number[],
    dtype: tf.DataType,
    { element = elementOf(dtype), order = 'channels-last' }: { element?: ElementType; order?: Order } = {},
  ): tf.TensorInfo {
    return this.#info({ kind: 'node', name, element, order }, shape, dtype);
  }

  /** What a kernel returns for one number everywhere. */
  uniform(value: number, shape: readonly number[], dtype: tf.DataType): tf.TensorInfo {
    return this.#info({ kind: 'uniform', value }, shape, dtype);
  }

  /** The number that fills a tensor, if it is known and the same everywhere. */
  uniformValue(tensor: tf.TensorInfo): number | undefined {
    const recorded = this.#recorded.get(tensor.dataId);
    if (recorded.kind === 'uniform') return recorded.value;
    if (recorded.kind === 'node') return undefined;
    const first = recorded.values[0];
    if (first === undefined || !recorded.values.every((value) => Object.is(value, first))) return undefined;
    this.#recorded.set(tensor.dataId, { kind: 'uniform', value: first, shape: tensor.shape });
    return first;
  }

  element(tensor: tf.TensorInfo): ElementType {
    const recorded = this.#recorded.get(tensor.dataId);
    return recorded.kind === 'node' ? recorded.element : elementOf(tensor.dtype);
  }

  order(tensor: tf.TensorInfo): Order {
    const recorded = this.#recorded.get(tensor.dataId);
    return recorded.kind === 'node' ? recorded.order : 'channels-last';
  }

  /** The tensor's name in the graph, in its full shape, of the type that TensorFlow.js sees: bytes become int32. */
  operand(tensor: tf.TensorInfo, order: Order = 'channels-last'): string {
    const name = this.stored(tensor, order);
    return this.element(tensor) === 'uint8' ? this.graph.emit('Cast', [name], { to: ELEMENT_TYPE.int32 }) : name;
  }

  /** As {@link operand}, but of type {@link element}: for operators that take bytes as they are. */
  stored(tensor: tf.TensorInfo, order: Order = 'channels-last'): string {
    this.uniformValue(tensor);
    const recorded = this.#recorded.get(tensor.dataId);
    if (recorded.kind === 'uniform')
      return this.#expand(recorded.value, storedShape(tensor.shape, order), tensor.dtype);
    if (recorded.kind === 'node') return this.#reorder(recorded.name, tensor.shape, recorded.order, order);
    const constant = this.graph.constant(recorded.values, tensor.shape, elementOf(tensor.dtype));
    return this.#reorder(constant, tensor.shape, 'channels-last', order);
  }

  /** The tensor's name in the graph, or a scalar's if it is the same everywhere: for operators that broadcast. */
  broadcastOperand(tensor: tf.TensorInfo, order: Order = 'channels-last'): string {
    const value = this.uniformValue(tensor);
    return value === undefined
      ? this.operand(tensor, order)
      : this.graph.constant([value], [], elementOf(tensor.dtype));
  }

  /** Another tensor of the same values. */
  alias(tensor: tf.TensorInfo): tf.TensorInfo {
    const { shape, ...known } = this.#recorded.get(tensor.dataId);
    return this.#info(known, shape, tensor.dtype);
  }

  /** The same values in another shape of the same size. */
  reshape(tensor: tf.TensorInfo, shape: readonly number[]): tf.TensorInfo {
    const { shape: before, ...known } = this.#recorded.get(tensor.dataId);
    if (known.kind !== 'node' || sameShape(before, shape)) return this.#info(known, shape, tensor.dtype);
    const name = this.graph.emit('Reshape', [this.stored(tensor), this.graph.integers(shape)]);
    return this.#info({ ...known, name, order: 'channels-last' }, shape, tensor.dtype);
  }

  /** The same values as another type; bytes become what they are asked for in one go. */
  cast(tensor: tf.TensorInfo, dtype: tf.DataType): tf.TensorInfo {
    const value = this.uniformValue(tensor);
    if (value !== undefined) return this.uniform(castNumber(value, dtype), tensor.shape, dtype);
    const element = elementOf(dtype);
    if (this.element(tensor) === element) return this.alias(tensor);
    const order = this.order(tensor);
    const name = this.graph.emit('Cast', [this.stored(tensor, order)], { to: ELEMENT_TYPE[element] });
    return this.node(name, tensor.shape, dtype, { order });
  }

  #expand(value: number, shape: readonly number[], dtype: tf.DataType): string {
    const scalar = this.graph.constant([value], [], elementOf(dtype));
    return shape.length === 0 ? scalar : this.graph.emit('Expand', [scalar, this.graph.integers(shape)]);
  }

  #reorder(name: string, shape: readonly number[], from: Order, to: Order): string {
    if (from === to) return name;
    const { graph } = this;
    const { perm, moves } = reordering(shape, to);
    const dims = storedShape(shape, to);
    const reordered = moves
      ? graph.emit('Transpose', [name], { perm })
      : graph.emit('Reshape', [name, graph.integers(dims)]);
    graph.noteShape(reordered, dims);
    return reordered;
  }

  #info(known: Known, shape: readonly number[], dtype: tf.DataType): tf.TensorInfo {
    const dataId = {};
    if (known.kind === 'node') this.graph.noteShape(known.name, storedShape(shape, known.order));
    this.#recorded.set(dataId, { ...known, shape });
    return { dataId, shape: [...shape], dtype };
  }

  // What TensorFlow.js asks of a backend. Nothing is allocated, so there is nothing to count or to free.

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): tf.DataId {
    return this.#info({ kind: 'values', values: values as tf.TypedArray }, shape, dtype).dataId;
  }

  override move(dataId: tf.DataId, values: tf.BackendValues, shape: number[]): void {
    this.#recorded.set(dataId, { kind: 'values', values: values as tf.TypedArray, shape });
  }

  override readSync(dataId: tf.DataId): tf.BackendValues {
    const recorded = this.#recorded.get(dataId);
    if (recorded.kind === 'values') return recorded.values;
    if (recorded.kind === 'uniform') {
      return new Float32Array(tf.util.sizeFromShape([...recorded.shape])).fill(recorded.value);
    }
    throw new ReadWhileRecordingError(recorded.shape);
  }

  override read(dataId: tf.DataId): Promise<tf.BackendValues> {
    return Promise.resolve(this.readSync(dataId));
  }

  override numDataIds(): number {
    return this.#recorded.numDataIds();
  }

  override disposeData(dataId: tf.DataId): boolean {
    return this.#recorded.delete(dataId);
  }

  override incRef(): void {
    // A symbol is as light as its name.
  }

  override refCount(): number {
    return 1;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override timerAvailable(): boolean {
    return false;
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }
}
