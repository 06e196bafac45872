import type { Graph } from './graph.js';
import { channelBias } from './kernels/channel-bias.js';
import type { OnnxNode } from './onnx.js';

/** What a rule may ask about the node it looks at. */
interface Surroundings {
  /** The node that computes `name`, if it has that one reader alone. */
  onlyFor(name: string | undefined): OnnxNode | undefined;
  /** The node that computes `name`. */
  producer(name: string | undefined): OnnxNode | undefined;
  /** The number that `name` is, if it is a constant float scalar. */
  scalar(name: string | undefined): number | undefined;
  shape(name: string | undefined): readonly number[] | undefined;
  /** The whole numbers that `name` is, if it is a constant vector of them. */
  integers(name: string | undefined): readonly number[] | undefined;
  constant(value: number): string;
}

/** Says a node in fewer or cheaper operators, with the same output; `undefined` where it does not apply. */
type Rule = (node: OnnxNode, around: Surroundings) => OnnxNode | undefined;

/** `sum(x * x)` without storing `x * x`. */
const sumOfSquares: Rule = (node, { producer }) => {
  if (node.operator !== 'ReduceSum') return undefined;
  const square = producer(node.inputs[0]);
  const [x, y] = square?.operator === 'Mul' ? square.inputs : [];
  if (x === undefined || x !== y) return undefined;
  return { ...node, operator: 'ReduceSumSquare', inputs: [x, ...node.inputs.slice(1)] };
};

/** `(x * c) * d` as `x * (c d)`. */
const productOfScalars: Rule = (node, { producer, scalar, constant }) => {
  const outer = scaled(node, scalar);
  const inner = scaled(outer && producer(outer.x), scalar);
  return outer && inner && { ...node, inputs: [inner.x, constant(Math.fround(outer.factor * inner.factor))] };
};

/** `a b + c y` and `a b + bias` inside the matrix product, which adds while it multiplies. */
const sumWithProduct: Rule = (node, { onlyFor, producer, scalar, shape }) => {
  if (node.operator !== 'Add') return undefined;
  for (const [product, term] of [node.inputs, node.inputs.toReversed()]) {
    const gemm = onlyFor(product);
    const size = shape(product);
    if (gemm?.operator !== 'Gemm' || gemm.inputs.length !== 2 || term === undefined || !size) continue;
    if (!broadcastsTo(shape(term), size)) continue;
    const scaledTerm = scaled(producer(term), scalar);
    const [added, beta] =
      scaledTerm && broadcastsTo(shape(scaledTerm.x), size) ? [scaledTerm.x, scaledTerm.factor] : [term, 1];
    return {
      ...gemm,
      inputs: [...gemm.inputs, added],
      outputs: node.outputs,
      attributes: { ...gemm.attributes, beta: { float: beta } },
    };
  }
  return undefined;
};

/** `conv(x, w) + bias` inside the convolution, if the bias is a vector under other dimensions. */
const biasOfConvolution: Rule = (node, { onlyFor, producer, shape }) => {
  if (node.operator !== 'Add') return undefined;
  for (const [convolved, term] of [node.inputs, node.inputs.toReversed()]) {
    const convolution = onlyFor(convolved);
    const channels = shape(convolved)?.[1];
    if (convolution?.operator !== 'Conv' || convolution.inputs.length !== 2 || channels === undefined) continue;
    const bias = channelBias({ producer, shape }, term, channels);
    if (bias !== undefined) return { ...convolution, inputs: [...convolution.inputs, bias], outputs: node.outputs };
  }
  return undefined;
};

/** The sum of what was put apart by places is the sum of what was there before. */
const sumOfUnpooled: Rule = (node, { producer, integers }) => {
  if (node.operator !== 'ReduceSum') return undefined;
  const unpooled = producer(node.inputs[0]);
  const [before] = unpooled?.inputs ?? [];
  const over = integers(node.inputs[1]);
  if (unpooled?.operator !== 'MaxUnpool' || !before || !over?.includes(2) || !over.includes(3)) return undefined;
  return { ...node, inputs: [before, ...node.inputs.slice(1)] };
};

const RULES: readonly Rule[] = [sumOfSquares, productOfScalars, sumWithProduct, biasOfConvolution, sumOfUnpooled];

function scaled(node: OnnxNode | undefined, scalar: Surroundings['scalar']): { x: string; factor: number } | undefined {
  if (node?.operator !== 'Mul') return undefined;
  const [a = '', b = ''] = node.inputs;
  const [factorA, factorB] = [scalar(a), scalar(b)];
  if (factorB !== undefined) return { x: a, factor: factorB };
  return factorA === undefined ? undefined : { x: b, factor: factorA };
}

/** Whether a matrix product may take a term of this shape: it broadcasts to the product's and no further. */
function broadcastsTo(shape: readonly number[] | undefined, target: readonly number[]): boolean {
  if (!shape || shape.length > target.length) return false;
  return shape.every((size, i) => size === 1 || size === target[target.length - shape.length + i]);
}

/** Leaves out the nodes that no output needs, and the last outputs of a node if nobody reads them. */
function withoutDeadNodes(nodes: readonly OnnxNode[], outputs: readonly string[]): OnnxNode[] {
  const needed = new Set(outputs);
  const alive = nodes.toReversed().flatMap((node) => {
    const last = node.outputs.findLastIndex((name) => needed.has(name));
    if (last < 0) return [];
    for (const name of node.inputs) needed.add(name);
    return [{ ...node, outputs: node.outputs.slice(0, last + 1) }];
  });
  return alive.toReversed();
}

/**
 * The nodes that compute `outputs`, in fewer and cheaper operators. Values may differ from the recorded ones by
 * float rounding, never by more.
 */
export function simplify(graph: Graph, outputs: readonly string[]): OnnxNode[] {
  const nodes = withoutDeadNodes(graph.nodes, outputs);
  const producers = new Map<string, OnnxNode>();
  const readers = new Map<string, number>();
  for (const name of [...nodes.flatMap((node) => node.inputs), ...outputs])
    readers.set(name, (readers.get(name) ?? 0) + 1);
  const around: Surroundings = {
    producer: (name) => (name === undefined ? undefined : producers.get(name)),
    onlyFor: (name) => (name !== undefined && readers.get(name) === 1 ? producers.get(name) : undefined),
    scalar: (name) => (name === undefined ? undefined : graph.scalar(name)),
    shape: (name) => (name === undefined ? undefined : graph.shape(name)),
    integers: (name) => (name === undefined ? undefined : graph.vector(name)),
    constant: (value) => graph.constant([value], [], 'float32'),
  };
  const rewritten = nodes.map((node) => {
    const better = RULES.reduce((current, rule) => rule(current, around) ?? current, node);
    for (const name of better.outputs) producers.set(name, better);
    return better;
  });
  return withoutDeadNodes(rewritten, outputs);
}
