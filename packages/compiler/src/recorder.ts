import * as tf from '@tensorflow/tfjs';
import { castNumber, elementOf } from './element-type.js';
import { Graph } from './graph.js';
import { layoutChange, storedShape, type Layout } from './layout.js';
import { ELEMENT_TYPE, type ElementType } from './onnx.js';
import type { Distribution, RandomInput } from './random-inputs.js';
import { RecordedValues, type RecordedTensor, type RecordedValue } from './recorded-values.js';
import { ReadWhileRecordingError } from './recording-errors.js';
import { sameShape } from './shape.js';

/**
 * A TensorFlow.js backend that computes nothing: its kernels add nodes to {@link Recorder.graph}. It records one graph at a time,
 * which {@link Recorder.begin} starts.
 */
export class Recorder extends tf.KernelBackend {
  /** The graph that is being recorded. */
  graph: Graph = new Graph();
  /** Called when a second tensor or a variable takes over a value. */
  onShared: ((dataId: tf.DataId) => void) | undefined;
  /** What the graph draws anew in every run. */
  randomInputs: RandomInput[] = [];
  readonly #recorded = new RecordedValues();

  /** Starts an empty graph. */
  begin(): void {
    this.graph = new Graph();
    this.randomInputs = [];
    this.#recorded.releaseForeign();
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

  /** A tensor that every run of the graph draws anew. */
  random(distribution: Distribution, shape: readonly number[]): tf.Tensor {
    const name = `random/${this.randomInputs.length}`;
    this.randomInputs.push({ name, shape, distribution });
    return this.symbol(name, shape, 'float32', 'float32');
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
    const recorded = this.#get(tensor.dataId);
    if (recorded.kind === 'uniform') return recorded.value;
    if (recorded.kind === 'node') return undefined;
    const first = recorded.values[0];
    if (first === undefined || !recorded.values.every((value) => Object.is(value, first))) return undefined;
    const { shape, dtype } = recorded;
    this.#recorded.replace(tensor.dataId, { kind: 'uniform', value: first, shape, dtype });
    return first;
  }

  /** The type that is stored: bytes are int32 for TensorFlow.js, uint8 here. */
  element(tensor: tf.TensorInfo): ElementType {
    const recorded = this.#get(tensor.dataId);
    return recorded.kind === 'node' ? recorded.element : elementOf(tensor.dtype);
  }

  /** The layout in which a tensor is stored. */
  layout(tensor: tf.TensorInfo): Layout {
    const recorded = this.#get(tensor.dataId);
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
    const recorded = this.#get(tensor.dataId);
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
    const value = this.#get(tensor.dataId);
    return this.#info(value, value.shape, tensor.dtype);
  }

  /** The same values in another shape of the same size. */
  reshape(tensor: tf.TensorInfo, shape: readonly number[]): tf.TensorInfo {
    const value = this.#get(tensor.dataId);
    if (value.kind !== 'node' || sameShape(value.shape, shape)) return this.#info(value, shape, tensor.dtype);
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
    this.#recorded.add(dataId, this.graph, { ...value, shape, dtype });
    return { dataId, shape: [...shape], dtype };
  }

  #get(dataId: tf.DataId): RecordedTensor {
    return this.#recorded.get(dataId, this.graph);
  }

  /** A tensor whose value is asked for when it is first used. */
  lazy(shape: readonly number[], dtype: tf.DataType, value: () => RecordedValue): tf.Tensor {
    const dataId = {};
    this.#recorded.add(dataId, this.graph, () => ({ ...value(), shape, dtype }));
    return tf.engine().makeTensorFromTensorInfo({ dataId, shape: [...shape], dtype });
  }

  /** The numbers of a tensor, if they are known while recording. */
  knownValues(dataId: tf.DataId): tf.TypedArray | undefined {
    const recorded = this.#get(dataId);
    if (recorded.kind === 'node') return undefined;
    if (recorded.kind === 'values') return recorded.values;
    const size = tf.util.sizeFromShape([...recorded.shape]);
    return tf.util.getTypedArrayFromDType(recorded.dtype as 'float32', size).fill(recorded.value);
  }

  // The methods that TensorFlow.js calls on a backend. Nothing is allocated, so there is nothing to free.

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): tf.DataId {
    return this.#info({ kind: 'values', values: values as tf.TypedArray }, shape, dtype).dataId;
  }

  override readSync(dataId: tf.DataId): tf.BackendValues {
    const values = this.knownValues(dataId);
    if (values === undefined) throw new ReadWhileRecordingError(this.#get(dataId).shape);
    return values;
  }

  override read(dataId: tf.DataId): Promise<tf.BackendValues> {
    return Promise.resolve(this.readSync(dataId));
  }

  override numDataIds(): number {
    return this.#recorded.count;
  }

  override disposeData(dataId: tf.DataId, force = false): boolean {
    return this.#recorded.removeReference(dataId, force);
  }

  override incRef(dataId: tf.DataId): void {
    this.#recorded.addReference(dataId);
    this.onShared?.(dataId);
  }

  override refCount(dataId: tf.DataId): number {
    return this.#recorded.references(dataId);
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
