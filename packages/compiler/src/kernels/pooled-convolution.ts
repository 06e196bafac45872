import type { Graph } from '../graph.js';
import { BLOCK, filterIndices, SIDE } from './blocks.js';
import { matchPooledConvolution, type PooledConvolutionPattern } from './pooled-convolution-pattern.js';

/** A max-pooled convolution in blocks, and the gradient by its filter, which needs no indices of maxima. */
interface PooledConvolution {
  /** The largest value of each window, [batch, out, height / 2, width / 2]. */
  readonly maxima: string;
  /** The convolution's input, [batch, in, height, width]. */
  readonly images: string;
  /**
   * Gradient by the filter, [height, width, in, out].
   *
   * @param gradient by `maxima`. Of equal values in a window the first one gets it.
   */
  filterGradient(gradient: string): string;
}

/** The pooled convolutions of each graph by the output of their MaxPool: forward and gradient share what they compute. */
const recordedInBlocks = new WeakMap<Graph, Map<string, PooledConvolution>>();

/**
 * Convolution and 2 x 2 max-pooling together, if `pooled` is the output of a MaxPool over a convolution of few channels.
 *
 * Blocks of 2 x 2 pixels become channels, and so do the 2 x 2 outputs of a window: a larger filter, zero where an output does
 * not depend on a pixel, gives all four outputs as channels. The maximum of a window is elementwise then, and which output it
 * is follows from a comparison. The gradient by the filter is one matrix product with a copy of the (few) channels for each
 * block of the filter.
 *
 * @returns undefined if the pattern does not apply
 */
export function pooledConvolution(graph: Graph, pooled: string): PooledConvolution | undefined {
  const ofGraph = recordedInBlocks.get(graph) ?? new Map<string, PooledConvolution>();
  recordedInBlocks.set(graph, ofGraph);
  const recorded = ofGraph.get(pooled);
  if (recorded) return recorded;
  const pattern = matchPooledConvolution(graph, pooled);
  if (!pattern) return undefined;
  const inBlocks = recordInBlocks(graph, pattern);
  ofGraph.set(pooled, inBlocks);
  return inBlocks;
}

/** Where the gradient of a pooled convolution's output comes from. */
interface UnpooledGradient {
  readonly pooled: PooledConvolution;
  /** Gradient by {@link PooledConvolution.maxima}. */
  readonly gradient: string;
}

/** The pooled convolution that `unpooled` is the gradient of, if it is the MaxUnpool of one. */
export function matchUnpooledGradient(graph: Graph, unpooled: string): UnpooledGradient | undefined {
  const node = graph.producer(unpooled);
  if (node?.operator !== 'MaxUnpool') return undefined;
  const [gradient, indices] = node.inputs;
  const maxima = graph.producer(indices)?.outputs[0];
  if (gradient === undefined || maxima === undefined) return undefined;
  const pooled = pooledConvolution(graph, maxima);
  return pooled && { pooled, gradient };
}

function recordInBlocks(graph: Graph, pattern: PooledConvolutionPattern): PooledConvolution {
  const { filter, channels, outChannels, rows, columns, images } = pattern;
  const { toBlockFilter, fromBlockGradient } = filterIndices(rows, columns, channels, outChannels);
  const blockOut = BLOCK * outChannels;

  const blocks = graph.emit('SpaceToDepth', [images], { blocksize: SIDE });
  const filterAndZero = graph.emit('Concat', [reshape(graph, filter, [-1]), graph.constant([0], [1], 'float32')], {
    axis: 0,
  });
  const blockFilterShape = [blockOut, BLOCK * channels, rows.filterBlocks, columns.filterBlocks];
  const blockFilter = graph.emit('Gather', [filterAndZero, graph.integers(toBlockFilter, blockFilterShape)], {
    axis: 0,
  });
  const windowOutputs = splitWindows(graph, convolveBlocks(graph, pattern, blocks, blockFilter), outChannels);
  const maxima = graph.emit('Max', windowOutputs);

  return {
    maxima,
    images,
    filterGradient: (gradient) => {
      const routed = routeGradient(graph, gradient, windowOutputs, maxima);
      const outputsByRow = graph.emit('Transpose', [routed], { perm: [1, 0, 2, 3] });
      const operands = [im2col(graph, pattern, blocks), reshape(graph, outputsByRow, [blockOut, -1])];
      const blockGradient = graph.emit('Gemm', operands, { transA: 0, transB: 1 });
      const filterShape = [rows.filter, columns.filter, channels, outChannels];
      const filterSize = filterShape.reduce((product, size) => product * size);
      const indices = graph.integers(fromBlockGradient, [filterSize, BLOCK]);
      const summands = graph.emit('Gather', [reshape(graph, blockGradient, [-1]), indices], { axis: 0 });
      return reshape(graph, graph.emit('ReduceSum', [summands, graph.integers([1])], { keepdims: 0 }), filterShape);
    },
  };
}

/** The convolution of the blocks: the outputs of each window as channels, [batch, 4 out, height / 2, width / 2]. */
function convolveBlocks(
  graph: Graph,
  { bias, rows, columns }: PooledConvolutionPattern,
  blocks: string,
  blockFilter: string,
): string {
  const operands = [blocks, blockFilter];
  if (bias !== undefined) operands.push(graph.emit('Concat', Array<string>(BLOCK).fill(bias), { axis: 0 }));
  return graph.emit('Conv', operands, {
    kernel_shape: [rows.filterBlocks, columns.filterBlocks],
    pads: [rows.padBefore, columns.padBefore, rows.padAfter, columns.padAfter],
    strides: [1, 1],
  });
}

/** The first output of each window, the second, ...: four tensors [batch, out, height / 2, width / 2]. */
const splitWindows = (graph: Graph, convolved: string, outChannels: number): readonly string[] =>
  Array.from({ length: BLOCK }, (_, window) => {
    const begin = graph.integers([window * outChannels]);
    const end = graph.integers([(window + 1) * outChannels]);
    return graph.emit('Slice', [convolved, begin, end, graph.integers([1])]);
  });

/**
 * The gradient by the outputs of each window, as channels: the gradient by the window's maximum for the first output that equals
 * it, zero for the others.
 */
function routeGradient(graph: Graph, gradient: string, windowOutputs: readonly string[], maxima: string): string {
  const zero = graph.constant([0], [], 'float32');
  let remaining = gradient;
  const routed = windowOutputs.slice(0, -1).map((output) => {
    const share = graph.emit('Where', [graph.emit('Equal', [output, maxima]), remaining, zero]);
    remaining = graph.emit('Sub', [remaining, share]);
    return share;
  });
  return graph.emit('Concat', [...routed, remaining], { axis: 1 });
}

/** A copy of the padded blocks for each block of the filter: [row x column x block channels, batch x height x width]. */
function im2col(graph: Graph, { batch, rows, columns }: PooledConvolutionPattern, blocks: string): string {
  const channelsByRow = graph.emit('Transpose', [blocks], { perm: [1, 0, 2, 3] });
  const pads = [0, 0, rows.padBefore, columns.padBefore, 0, 0, rows.padAfter, columns.padAfter];
  const padded = graph.emit('Pad', [channelsByRow, graph.integers(pads)]);
  const copies = Array.from({ length: rows.filterBlocks * columns.filterBlocks }, (_, block) => {
    const row = Math.floor(block / columns.filterBlocks);
    const column = block % columns.filterBlocks;
    const begin = graph.integers([row, column]);
    const end = graph.integers([row + rows.outputs, column + columns.outputs]);
    return graph.emit('Slice', [padded, begin, end, graph.integers([2, 3])]);
  });
  return reshape(graph, graph.emit('Concat', copies, { axis: 0 }), [-1, batch * rows.outputs * columns.outputs]);
}

const reshape = (graph: Graph, name: string, shape: readonly number[]): string =>
  graph.emit('Reshape', [name, graph.integers(shape)]);
