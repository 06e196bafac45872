import type { Graph } from './graph.js';
import { REWRITE_RULES, type ReadableNodes, type RewriteRule } from './rewrite-rules.js';
import type { OnnxNode } from './onnx.js';

/**
 * The nodes that compute `outputs`, in fewer and cheaper operators. Values may differ from the recorded ones by
 * float rounding, never by more.
 *
 * @param outputs names of values of the graph
 * @param rules the rules to apply to each node, in their order
 */
export function simplify(
  graph: Graph,
  outputs: readonly string[],
  rules: readonly RewriteRule[] = Object.values(REWRITE_RULES),
): OnnxNode[] {
  const nodes = withoutDeadNodes(graph.nodes, outputs);
  const producers = new Map<string, OnnxNode>();
  const readers = new Map<string, number>();
  for (const name of [...nodes.flatMap((node) => node.inputs), ...outputs])
    readers.set(name, (readers.get(name) ?? 0) + 1);
  const producer = (name: string | undefined) => (name === undefined ? undefined : producers.get(name));
  const readable: ReadableNodes = {
    producer,
    singleUseProducer: (name) => (name !== undefined && readers.get(name) === 1 ? producer(name) : undefined),
    scalar: (name) => graph.scalar(name),
    shape: (name) => graph.shape(name),
    integers: (name) => graph.vector(name),
    constant: (value) => graph.constant([value], [], 'float32'),
  };
  const rewritten = nodes.map((node) => {
    const cheaper = rules.reduce((current, rule) => rule(current, readable) ?? current, node);
    for (const name of cheaper.outputs) producers.set(name, cheaper);
    return cheaper;
  });
  return withoutDeadNodes(rewritten, outputs);
}

/** Operators all of whose outputs have to be named. */
const FIXED_OUTPUTS: ReadonlySet<string> = new Set(['TopK']);

/** Leaves out the nodes that no output needs, and the last outputs of a node if no node reads them. */
function withoutDeadNodes(nodes: readonly OnnxNode[], outputs: readonly string[]): OnnxNode[] {
  const needed = new Set(outputs);
  const alive = nodes.toReversed().flatMap((node) => {
    const last = node.outputs.findLastIndex((name) => needed.has(name));
    if (last < 0) return [];
    for (const name of node.inputs) needed.add(name);
    const outputs = FIXED_OUTPUTS.has(node.operator) ? node.outputs : node.outputs.slice(0, last + 1);
    return [{ ...node, outputs }];
  });
  return alive.toReversed();
}
