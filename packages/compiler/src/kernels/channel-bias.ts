import type { OnnxNode } from '../onnx.js';
import { sameShape } from '../shape.js';

/** What {@link channelBias} asks of a graph. */
interface ReadableGraph {
  producer(name: string | undefined): OnnxNode | undefined;
  shape(name: string | undefined): readonly number[] | undefined;
}

/**
 * The vector [channels] behind a term that adds one number to each channel of images [batch, channels, height, width]:
 * the term is that vector after one or two Reshapes. Undefined for every other term.
 */
export function channelBias(graph: ReadableGraph, term: string, channels: number): string | undefined {
  if (graph.shape(term)?.at(-3) !== channels) return undefined;
  const once = reshaped(graph, term);
  const twice = reshaped(graph, once);
  return [once, twice].find((name) => sameShape(graph.shape(name) ?? [], [channels]));
}

/** What a Reshape makes `name` from; undefined if `name` is not the output of a Reshape. */
function reshaped(graph: ReadableGraph, name: string | undefined): string | undefined {
  const node = graph.producer(name);
  return node?.operator === 'Reshape' ? node.inputs[0] : undefined;
}
