import type { OnnxNode } from '../onnx.js';

/** What is known of a graph's values. */
interface Known {
  producer(name: string): OnnxNode | undefined;
  shape(name: string): readonly number[] | undefined;
}

/** The vector behind a term that adds a number to every channel of [batch, channels, height, width], if that is what it is. */
export function channelBias(graph: Known, term: string | undefined, channels: number): string | undefined {
  if (term === undefined || graph.shape(term)?.at(-3) !== channels) return undefined;
  const outer = graph.producer(term);
  const inner = outer && graph.producer(outer.inputs[0] ?? '');
  return [outer, inner]
    .filter((node) => node?.operator === 'Reshape')
    .map((node) => node?.inputs[0])
    .find((name) => name !== undefined && `${graph.shape(name)}` === `${[channels]}`);
}
