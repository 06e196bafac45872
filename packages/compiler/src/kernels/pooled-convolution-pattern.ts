import type { Graph } from '../graph.js';
import { hasIntegers, integersAttribute } from '../node-attributes.js';
import type { OnnxNode } from '../onnx.js';
import { blockAxis, SIDE, type BlockAxis } from './blocks.js';
import { channelBias } from './channel-bias.js';

/** With more channels the wider filter costs more than the pooling (measured: 3 channels gain a quarter, 16 nothing). */
const MOST_CHANNELS = 4;

/** A convolution at stride 1 of a few channels that is pooled in windows of 2 x 2. */
export interface PooledConvolutionPattern {
  /** The convolution's input, [batch, channels, height, width]. */
  readonly images: string;
  /** Its filter, [height, width, channels, outChannels]. */
  readonly filter: string;
  /** What is added to each channel of its output, [outChannels]. */
  readonly bias: string | undefined;
  readonly batch: number;
  readonly channels: number;
  readonly outChannels: number;
  readonly rows: BlockAxis;
  readonly columns: BlockAxis;
}

/** The pattern that ends in the pooling `maxima`; undefined if something else is pooled, or pooled otherwise. */
export function matchPooledConvolution(graph: Graph, maxima: string): PooledConvolutionPattern | undefined {
  const pool = graph.producer(maxima);
  if (!pool || !poolsBlocks(pool)) return undefined;
  const biased = matchBiasedConvolution(graph, pool.inputs[0]);
  const convolved = biased && matchConvolution(graph, biased.convolution);
  if (!convolved || convolved.channels > MOST_CHANNELS) return undefined;
  if (biased.term === undefined) return { ...convolved, bias: undefined };
  const bias = channelBias(graph, biased.term, convolved.outChannels);
  return bias === undefined ? undefined : { ...convolved, bias };
}

/** Whether a node is a max-pooling whose windows are the blocks. */
const poolsBlocks = (node: OnnxNode): boolean =>
  node.operator === 'MaxPool' &&
  hasIntegers(node, 'kernel_shape', [SIDE, SIDE]) &&
  hasIntegers(node, 'strides', [SIDE, SIDE]) &&
  hasIntegers(node, 'pads', [0, 0, 0, 0]);

interface BiasedConvolution {
  readonly convolution: OnnxNode;
  /** What is added to its output, if anything is. */
  readonly term: string | undefined;
}

/** A convolution, or the sum of one and another term. */
function matchBiasedConvolution(graph: Graph, value: string | undefined): BiasedConvolution | undefined {
  const node = graph.producer(value);
  if (node?.operator === 'Conv') return { convolution: node, term: undefined };
  if (node?.operator !== 'Add') return undefined;
  for (const [convolved, term] of [node.inputs, node.inputs.toReversed()]) {
    const convolution = graph.producer(convolved);
    if (convolution?.operator === 'Conv') return { convolution, term };
  }
  return undefined;
}

/** A convolution at stride 1 whose input and output are whole numbers of blocks. */
function matchConvolution(graph: Graph, convolution: OnnxNode): Omit<PooledConvolutionPattern, 'bias'> | undefined {
  const [images, transposedFilter] = convolution.inputs;
  const filter = graph.producer(transposedFilter)?.inputs[0];
  const [imageShape, filterShape] = [graph.shape(images), graph.shape(filter)];
  const pads = integersAttribute(convolution, 'pads');
  if (images === undefined || filter === undefined || !imageShape || !filterShape || !pads) return undefined;
  if (!hasIntegers(convolution, 'strides', [1, 1]) || 'dilations' in convolution.attributes) return undefined;
  const [batch = 1, channels = 1, height = 1, width = 1] = imageShape;
  const [filterHeight = 1, filterWidth = 1, , outChannels = 1] = filterShape;
  const [top = 0, left = 0, bottom = 0, right = 0] = pads;
  const rows = blockAxis(filterHeight, height, top, bottom);
  const columns = blockAxis(filterWidth, width, left, right);
  return rows && columns && { images, filter, batch, channels, outChannels, rows, columns };
}
