import type { ElementType, OnnxNode, OnnxTensor } from './onnx.js';

/**
 * An ONNX graph under construction: nodes, in the order in which they were added, and constants. Equal nodes and equal
 * small constants are stored once.
 */
export class Graph {
  readonly nodes: OnnxNode[] = [];
  readonly constants: OnnxTensor[] = [];
  readonly #names = new Map<string, string>();
  readonly #scalars = new Map<string, number>();
  readonly #vectors = new Map<string, readonly number[]>();
  readonly #shapes = new Map<string, readonly number[]>();
  readonly #producers = new Map<string, OnnxNode>();
  #count = 0;

  /** Adds a node unless an equal one exists. Returns the name of its output. */
  emit(operator: string, inputs: readonly string[], attributes: OnnxNode['attributes'] = {}): string {
    return this.#emit(operator, inputs, 1, attributes);
  }

  /** As {@link emit}, for an operator of two outputs. */
  emitPair(
    operator: string,
    inputs: readonly string[],
    attributes: OnnxNode['attributes'] = {},
  ): readonly [string, string] {
    const first = this.#emit(operator, inputs, 2, attributes);
    return [first, outputName(first, 1)];
  }

  /** Adds a constant tensor and returns its name. Equal tensors of up to 64 bytes are stored once. */
  constant(values: ArrayLike<number>, dims: readonly number[], element: ElementType): string {
    const bytes = encodeNumbers(values, element);
    const add = (name: string): void => {
      this.constants.push({ name, element, dims, bytes });
      this.#shapes.set(name, dims);
      if (dims.length === 0 && element === 'float32') this.#scalars.set(name, values[0] ?? NaN);
    };
    // To look a large tensor up would cost more than to store it twice.
    return bytes.length <= 64 ? this.#once(`${element}[${dims.join()}]${bytes.join()}`, add) : this.#new(add);
  }

  /**
   * Adds a constant tensor of int64, the type of ONNX's shapes, axes, pads and indices, and returns its name.
   *
   * @param dims a vector by default
   */
  integers(values: readonly number[], dims: readonly number[] = [values.length]): string {
    const name = this.constant(values, dims, 'int64');
    if (dims.length === 1) this.#vectors.set(name, values);
    return name;
  }

  /** Makes a value available under a second name. */
  addIdentity(value: string, name: string): void {
    this.nodes.push({ operator: 'Identity', inputs: [value], outputs: [name], attributes: {} });
  }

  /** The node that computes a value; undefined for constants and for inputs of the graph. */
  producer(name: string | undefined): OnnxNode | undefined {
    return name === undefined ? undefined : this.#producers.get(name);
  }

  /** Stores the shape of a value, as {@link shape} returns it. */
  setShape(name: string, shape: readonly number[]): void {
    this.#shapes.set(name, shape);
  }

  /** The shape of a value as it is stored; undefined for values inside a kernel. */
  shape(name: string | undefined): readonly number[] | undefined {
    return name === undefined ? undefined : this.#shapes.get(name);
  }

  /** The number in a constant float scalar; undefined for every other value. */
  scalar(name: string | undefined): number | undefined {
    return name === undefined ? undefined : this.#scalars.get(name);
  }

  /** The numbers in a vector that {@link integers} made; undefined for every other value. */
  vector(name: string | undefined): readonly number[] | undefined {
    return name === undefined ? undefined : this.#vectors.get(name);
  }

  #emit(operator: string, inputs: readonly string[], count: number, attributes: OnnxNode['attributes']): string {
    return this.#once(JSON.stringify([operator, inputs, attributes]), (first) => {
      const outputs = Array.from({ length: count }, (_, index) => outputName(first, index));
      const node = { operator, inputs, outputs, attributes };
      this.nodes.push(node);
      for (const name of outputs) this.#producers.set(name, node);
    });
  }

  #once(key: string, add: (name: string) => void): string {
    const existing = this.#names.get(key);
    if (existing !== undefined) return existing;
    const name = this.#new(add);
    this.#names.set(key, name);
    return name;
  }

  #new(add: (name: string) => void): string {
    this.#count += 1;
    const name = `t${this.#count}`;
    add(name);
    return name;
  }
}

/** A node's first output has the node's own name. */
const outputName = (first: string, index: number): string => (index === 0 ? first : `${first}.${index}`);

function encodeNumbers(values: ArrayLike<number>, element: ElementType): Uint8Array {
  const array = typedArray(values, element);
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function typedArray(
  values: ArrayLike<number>,
  element: ElementType,
): Float32Array | Int32Array | Uint8Array | BigInt64Array {
  switch (element) {
    case 'float32':
      return Float32Array.from(values);
    case 'int32':
      return Int32Array.from(values);
    case 'int64':
      return BigInt64Array.from(Array.from(values), BigInt);
    case 'uint8':
    case 'bool':
      return Uint8Array.from(values);
    default:
      return element satisfies never;
  }
}
