import * as tf from '@tensorflow/tfjs';
import { castNumber, elementOf } from './element-type.js';
import { Graph } from './graph.js';
import { layoutChange, storedShape, type Layout } from './layout.js';
import { ELEMENT_TYPE, type ElementType } from './onnx.js';
import { sameShape } from './shape.js';

/** What is known of a tensor's values while a function is being recorded. */
type RecordedValue =
  /** The output of a node, or an input of the graph. */
  | { readonly kind: 'node'; readonly name: string; readonly element: ElementType; readonly layout: Layout }
  /** One number everywhere: it stays a scalar in the graph where broadcasting allows it. */
  | { readonly kind: 'uniform'; readonly value: number }
  /** Numbers that the recorded function brought along. */
  | { readonly kind: 'values'; readonly values: tf.TypedArray };
type RecordedTensor = RecordedValue & { readonly shape: readonly number[] };

/** A recorded function read the value of a tensor. */
export class ReadWhileRecordingError extends Error {
  override readonly name = 'ReadWhileRecordingError';
  constructor(shape: readonly number[]) {
    super(
      `A tensor of shape [${shape.join()}] was read (dataSync, data, array, print, ...) while its function was being recorded. ` +
        'It has no value yet: a recorded function may only compute with tensors. Return it as an output and read it after the run.',
    );
  }
}

/**
 * A TensorFlow.js backend that computes nothing: its kernels add nodes to {@link Recorder.graph}. It records one graph at a time,
 * which {@link Recorder.begin} starts.
 */
export class Recorder extends tf.KernelBackend {
  /** The graph that is being recorded. */
  graph: Graph = new Graph();
  readonly #recorded = new tf.DataStorage<RecordedTensor>(this, tf.engine());

  /** Starts an empty graph. */
  begin(): void {
    this.graph = new Graph();
  }

  /**
   * A tensor that stands for an input of the graph.
   *
   * @param dtype the type that the recorded function sees
   * @param element the type that is stored
   */
  symbol(name: string, shape: readonly number[], dtype: tf.DataType, element: ElementType): tf.Tensor {
    return tf.engine().makeTensorFromTensorInfo(this.node(name, shape, dtype, { element }));
  }

  /**
   * A kernel's result that is the output of a node.
   *
   * @param shape TensorFlow.js's shape, channels last, in whichever layout the values are stored
   */
  node(
    name: string,
    shape: readonly number[],
    dtype: tf.DataType,
    { element = elementOf(dtype), layout = 'channels-last' }: { element?: ElementType; layout?: Layout } = {},
  ): tf.TensorInfo {
    return this.#info({ kind: 'node', name, element, layout }, shape, dtype);
  }

  /** A kernel's result that is one number everywhere. */
  uniform(value: number, shape: readonly number[], dtype: tf.DataType): tf.TensorInfo {
    return this.#info({ kind: 'uniform', value }, shape, dtype);
  }

  /** The number that fills a tensor, if it is known while recording and the same everywhere. */
  uniformValue(tensor: tf.TensorInfo): number | undefined {
    const recorded = this.#recorded.get(tensor.dataId);
    if (recorded.kind === 'uniform') return recorded.value;
    if (recorded.kind === 'node') return undefined;
    const first = recorded.values[0];
    if (first === undefined || !recorded.values.every((value) => Object.is(value, first))) return undefined;
    this.#recorded.set(tensor.dataId, { kind: 'uniform', value: first, shape: tensor.shape });
    return first;
  }

  /** The type that is stored: bytes are int32 for TensorFlow.js, uint8 here. */
  element(tensor: tf.TensorInfo): ElementType {
    const recorded = this.#recorded.get(tensor.dataId);
    return recorded.kind === 'node' ? recorded.element : elementOf(tensor.dtype);
  }

  /** The layout in which a tensor is stored. */
  layout(tensor: tf.TensorInfo): Layout {
    const recorded = this.#recorded.get(tensor.dataId);
    return recorded.kind === 'node' ? recorded.layout : 'channels-last';
  }

  /** The tensor's name in the graph, in its full shape and of the type that TensorFlow.js sees: bytes become int32. */
  operand(tensor: tf.TensorInfo, layout: Layout = 'channels-last'): string {
    const name = this.stored(tensor, layout);
    return this.element(tensor) === 'uint8' ? this.graph.emit('Cast', [name], { to: ELEMENT_TYPE.int32 }) : name;
  }

  /** As {@link operand}, but of type {@link element}: for operators that accept bytes. */
  stored(tensor: tf.TensorInfo, layout: Layout = 'channels-last'): string {
    this.uniformValue(tensor);
    const recorded = this.#recorded.get(tensor.dataId);
    if (recorded.kind === 'uniform')
      return this.#expand(recorded.value, storedShape(tensor.shape, layout), tensor.dtype);
    if (recorded.kind === 'node') return this.#changeLayout(recorded.name, tensor.shape, recorded.layout, layout);
    const constant = this.graph.constant(recorded.values, tensor.shape, elementOf(tensor.dtype));
    return this.#changeLayout(constant, tensor.shape, 'channels-last', layout);
  }

  /** The name of a scalar constant of the type: for operators that broadcast. */
  scalar(value: number, dtype: tf.DataType): string {
    return this.graph.constant([value], [], elementOf(dtype));
  }

  /** Another tensor of the same values and shape. No node is added. */
  alias(tensor: tf.TensorInfo): tf.TensorInfo {
    const { shape, ...value } = this.#recorded.get(tensor.dataId);
    return this.#info(value, shape, tensor.dtype);
  }

  /** The same values in another shape of the same size. */
  reshape(tensor: tf.TensorInfo, shape: readonly number[]): tf.TensorInfo {
    const { shape: before, ...value } = this.#recorded.get(tensor.dataId);
    if (value.kind !== 'node' || sameShape(before, shape)) return this.#info(value, shape, tensor.dtype);
    const name = this.graph.emit('Reshape', [this.stored(tensor), this.graph.integers(shape)]);
    return this.#info({ ...value, name, layout: 'channels-last' }, shape, tensor.dtype);
  }

  /** The same values as another type. Bytes are cast in one node, not by way of int32. */
  cast(tensor: tf.TensorInfo, dtype: tf.DataType): tf.TensorInfo {
    const value = this.uniformValue(tensor);
    if (value !== undefined) return this.uniform(castNumber(value, dtype), tensor.shape, dtype);
    const element = elementOf(dtype);
    if (this.element(tensor) === element) return this.alias(tensor);
    const layout = this.layout(tensor);
    const name = this.graph.emit('Cast', [this.stored(tensor, layout)], { to: ELEMENT_TYPE[element] });
    return this.node(name, tensor.shape, dtype, { layout });
  }

  #expand(value: number, shape: readonly number[], dtype: tf.DataType): string {
    const scalar = this.scalar(value, dtype);
    return shape.length === 0 ? scalar : this.graph.emit('Expand', [scalar, this.graph.integers(shape)]);
  }

  #changeLayout(name: string, shape: readonly number[], from: Layout, to: Layout): string {
    if (from === to) return name;
    const { graph } = this;
    const { perm, movesValues } = layoutChange(shape, to);
    const dims = storedShape(shape, to);
    const changed = movesValues
      ? graph.emit('Transpose', [name], { perm })
      : graph.emit('Reshape', [name, graph.integers(dims)]);
    graph.setShape(changed, dims);
    return changed;
  }

  #info(value: RecordedValue, shape: readonly number[], dtype: tf.DataType): tf.TensorInfo {
    const dataId = {};
    if (value.kind === 'node') this.graph.setShape(value.name, storedShape(shape, value.layout));
    this.#recorded.set(dataId, { ...value, shape });
    return { dataId, shape: [...shape], dtype };
  }

  // The methods that TensorFlow.js calls on a backend. Nothing is allocated, so there is nothing to count or to free.

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
    // A recorded tensor has no memory to share.
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
