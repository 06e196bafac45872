import { channelBias } from './kernels/channel-bias.js';
import type { OnnxNode } from './onnx.js';

/** What a rule may ask about the nodes before the one that it rewrites. A name of undefined has no answer. */
export interface ReadableNodes {
  /** The node that computes `name`, already rewritten. */
  readonly producer: (name: string | undefined) => OnnxNode | undefined;
  /** As {@link producer}, but undefined if more than one node or output reads `name`. */
  readonly singleUseProducer: (name: string | undefined) => OnnxNode | undefined;
  /** The number that `name` is, if it is a constant float scalar. */
  readonly scalar: (name: string | undefined) => number | undefined;
  /** The shape of `name`, if it is known. */
  readonly shape: (name: string | undefined) => readonly number[] | undefined;
  /** The whole numbers that `name` is, if it is a constant vector of them. */
  readonly integers: (name: string | undefined) => readonly number[] | undefined;
  /** The name of a constant float scalar. */
  readonly constant: (value: number) => string;
}

/** A node with the same output that is cheaper; undefined if the rule does not apply to this node. */
export type RewriteRule = (node: OnnxNode, nodes: ReadableNodes) => OnnxNode | undefined;

/** The rules of `simplify`, which applies each to each node, in this order. */
export const REWRITE_RULES: Readonly<Record<string, RewriteRule>> = {
  /** `sum(x * x)` without storing `x * x`. */
  sumOfSquares: (node, { producer }) => {
    if (node.operator !== 'ReduceSum') return undefined;
    const square = producer(node.inputs[0]);
    const [x, y] = square?.operator === 'Mul' ? square.inputs : [];
    if (x === undefined || x !== y) return undefined;
    return { ...node, operator: 'ReduceSumSquare', inputs: [x, ...node.inputs.slice(1)] };
  },

  /** `(x * c) * d` as `x * (c d)`. */
  productOfScalars: (node, nodes) => {
    const outer = scaled(node, nodes);
    const inner = outer && scaled(nodes.producer(outer.x), nodes);
    return inner && { ...node, inputs: [inner.x, nodes.constant(Math.fround(outer.factor * inner.factor))] };
  },

  /** `a b + c y` and `a b + bias` as one Gemm, which adds while it multiplies. */
  sumWithProduct: (node, nodes) => {
    if (node.operator !== 'Add') return undefined;
    for (const [product, term] of [node.inputs, node.inputs.toReversed()]) {
      const gemm = nodes.singleUseProducer(product);
      const size = nodes.shape(product);
      if (gemm?.operator !== 'Gemm' || gemm.inputs.length !== 2 || term === undefined || !size) continue;
      if (!broadcastsTo(nodes.shape(term), size)) continue;
      const scaledTerm = scaled(nodes.producer(term), nodes);
      const [added, beta] =
        scaledTerm && broadcastsTo(nodes.shape(scaledTerm.x), size) ? [scaledTerm.x, scaledTerm.factor] : [term, 1];
      return {
        ...gemm,
        inputs: [...gemm.inputs, added],
        outputs: node.outputs,
        attributes: { ...gemm.attributes, beta: { float: beta } },
      };
    }
    return undefined;
  },

  /** `conv(x, w) + bias` as one Conv, if the bias is one number for each channel. */
  biasOfConvolution: (node, nodes) => {
    if (node.operator !== 'Add') return undefined;
    for (const [convolved, term] of [node.inputs, node.inputs.toReversed()]) {
      const convolution = nodes.singleUseProducer(convolved);
      const channels = nodes.shape(convolved)?.[1];
      if (convolution?.operator !== 'Conv' || convolution.inputs.length !== 2) continue;
      if (channels === undefined || term === undefined) continue;
      const bias = channelBias(nodes, term, channels);
      if (bias !== undefined) return { ...convolution, inputs: [...convolution.inputs, bias], outputs: node.outputs };
    }
    return undefined;
  },

  /** A sum over height and width of what MaxUnpool spread there, as the sum of what it was given. */
  sumOfUnpooled: (node, { producer, integers }) => {
    if (node.operator !== 'ReduceSum') return undefined;
    const unpool = producer(node.inputs[0]);
    const axes = integers(node.inputs[1]);
    if (unpool?.operator !== 'MaxUnpool' || !axes?.includes(2) || !axes.includes(3)) return undefined;
    const [pooled] = unpool.inputs;
    return pooled === undefined ? undefined : { ...node, inputs: [pooled, ...node.inputs.slice(1)] };
  },
};

/** The operand and the factor of a product with a constant scalar, which is recorded second; undefined for every other node. */
function scaled(
  node: OnnxNode | undefined,
  { scalar }: ReadableNodes,
): { readonly x: string; readonly factor: number } | undefined {
  const [a, b] = node?.operator === 'Mul' ? node.inputs : [];
  if (a === undefined) return undefined;
  const factor = scalar(b);
  return factor === undefined ? undefined : { x: a, factor };
}

/** Whether a Gemm may add a term of this shape: it broadcasts to the product's shape and no further. */
function broadcastsTo(shape: readonly number[] | undefined, target: readonly number[]): boolean {
  if (!shape || shape.length > target.length) return false;
  return shape.every((size, i) => size === 1 || size === target[target.length - shape.length + i]);
}
