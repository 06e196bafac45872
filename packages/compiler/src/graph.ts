import type { ElementType, OnnxAttribute, OnnxNode, OnnxTensor } from './onnx.js';

/** An ONNX graph as it grows: nodes in the order of their making, and constants. What is the same is stored once. */
export class Graph {
  readonly nodes: OnnxNode[] = [];
  readonly constants: OnnxTensor[] = [];
  readonly #known = new Map<string, string>();
  readonly #scalars = new Map<string, number>();
  readonly #vectors = new Map<string, readonly number[]>();
  readonly #shapes = new Map<string, readonly number[]>();
  readonly #producers = new Map<string, OnnxNode>();
  #count = 0;

  /** Names the output of an operator, and adds a node for it unless the same one stands already. */
  emit(operator: string, inputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>> = {}): string {
    return this.emitAll(operator, inputs, 1, attributes)[0] ?? '';
  }

  /** As {@link emit}, for an operator of several outputs. */
  emitAll(
    operator: string,
    inputs: readonly string[],
    count: number,
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): readonly string[] {
    const names = (first: string): string[] => Array.from({ length: count }, (_, i) => (i ? `${first}.${i}` : first));
    const first = this.#once(JSON.stringify([operator, inputs, attributes]), (output) => {
      const node = { operator, inputs, outputs: names(output), attributes };
      this.nodes.push(node);
      for (const name of node.outputs) this.#producers.set(name, node);
    });
    return names(first);
  }

  /** Names a constant tensor. */
  constant(values: ArrayLike<number>, dims: readonly number[], element: ElementType): string {
    const bytes = encodeNumbers(values, element);
    const add = (name: string): void => {
      this.constants.push({ name, element, dims, bytes });
      this.#shapes.set(name, dims);
      if (dims.length === 0 && element === 'float32') this.#scalars.set(name, values[0] ?? NaN);
    };
    // Looking large tensors up would cost more than storing one twice.
    return bytes.length <= 64 ? this.#once(`${element}[${dims.join()}]${bytes.join()}`, add) : this.#new(add);
  }

  /** Names a tensor of int64, as ONNX wants shapes, axes, pads and places; a vector unless told. */
  integers(values: readonly number[], dims: readonly number[] = [values.length]): string {
    const name = this.constant(values, dims, 'int64');
    if (dims.length === 1) this.#vectors.set(name, values);
    return name;
  }

  /** Gives a value a name of its own. */
  rename(value: string, name: string): void {
    this.nodes.push({ operator: 'Identity', inputs: [value], outputs: [name], attributes: {} });
  }

  /** The node that computes a value. */
  producer(name: string): OnnxNode | undefined {
    return this.#producers.get(name);
  }

  noteShape(name: string, shape: readonly number[]): void {
    this.#shapes.set(name, shape);
  }

  shape(name: string): readonly number[] | undefined {
    return this.#shapes.get(name);
  }

  /** The number behind a name, if it is a constant float scalar. */
  scalar(name: string): number | undefined {
    return this.#scalars.get(name);
  }

  /** The numbers behind a name, if it is one that {@link integers} gave. */
  vector(name: string): readonly number[] | undefined {
    return this.#vectors.get(name);
  }

  #once(key: string, add: (name: string) => void): string {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const name = this.#new(add);
    this.#known.set(key, name);
    return name;
  }

  #new(add: (name: string) => void): string {
    this.#count += 1;
    const name = `t${this.#count}`;
    add(name);
    return name;
  }
}

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
  }
}
