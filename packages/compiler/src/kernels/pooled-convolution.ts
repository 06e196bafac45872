import type { Graph } from '../graph.js';
import type { OnnxNode } from '../onnx.js';
import { axisOf, filterPlaces, SIDE } from './blocks.js';
import { channelBias } from './channel-bias.js';

/** Above so many channels the wider filter costs more than the pooling (measured: 3 channels gain a quarter, 16 nothing). */
const MOST_CHANNELS = 4;
/** A max-pooled convolution, and the gradient of its filter, without a place of a maximum. */
export interface PooledConvolution {
  /** Largest value of each window, [batch, out, height / 2, width / 2]. */
  readonly largest: string;
  /** What was convolved, [batch, in, height, width]. */
  readonly images: string;
  /** Gradient by the filter, [height, width, in, out], from that by `largest`. Of equal values the first gets it. */
  filterGradient(gradient: string): string;
}

/** What a max-pooling of 2 x 2 windows pools, if that is a convolution at stride 1, and nothing but a bias between them. */
function convolutionUnder(graph: Graph, pool: OnnxNode | undefined) {
  if (pool?.operator !== 'MaxPool') return undefined;
  const { kernel_shape: windows, strides, pads } = pool.attributes;
  if (`${windows}` !== `${[SIDE, SIDE]}` || `${strides}` !== `${windows}` || `${pads}` !== '0,0,0,0') return undefined;
  const pooled = graph.producer(pool.inputs[0] ?? '');
  const terms = pooled?.operator === 'Add' ? pooled.inputs : pool.inputs;
  const convolution = terms.map((name) => graph.producer(name)).find((node) => node?.operator === 'Conv');
  const [images = '', turned = ''] = convolution?.inputs ?? [];
  const filter = graph.producer(turned)?.inputs[0] ?? '';
  const [imageShape, filterShape] = [graph.shape(images), graph.shape(filter)];
  if (`${convolution?.attributes['strides']}` !== '1,1' || !imageShape || !filterShape) return undefined;
  const [top = 0, left = 0, bottom = 0, right = 0] = convolution?.attributes['pads'] as readonly number[];
  const [batch = 1, channels = 1, height = 1, width = 1] = imageShape;
  const [filterHeight = 1, filterWidth = 1, , outChannels = 1] = filterShape;
  const rows = axisOf(filterHeight, height, top, bottom);
  const columns = axisOf(filterWidth, width, left, right);
  const term = pooled?.operator === 'Add' ? terms.find((name) => name !== convolution?.outputs[0]) : undefined;
  const bias = channelBias(graph, term, outChannels);
  if (!rows || !columns || channels > MOST_CHANNELS || (term !== undefined && bias === undefined)) return undefined;
  return { images, filter, bias, batch, channels, outChannels, rows, columns };
}

/** Those of each graph, by the output of the pooling: forward and gradient share what they compute. */
const known = new WeakMap<Graph, Map<string, PooledConvolution>>();

/**
 * Convolution and 2 x 2 max-pooling together, if `pooled` is the output of a MaxPool over a convolution of few channels.
 *
 * Blocks of 2 x 2 pixels become channels, and so do the 2 x 2 outputs of a window: a larger filter, zero where a pixel
 * is out of an output's reach, gives all four as channels of one place. Their maximum is elementwise then, and who it was
 * is a comparison. The gradient by the filter is one matrix product with a copy of the (few) channels for each block of the filter.
 */
export function pooledConvolution(graph: Graph, pooled: string): PooledConvolution | undefined {
  const own = known.get(graph) ?? new Map<string, PooledConvolution>();
  known.set(graph, own);
  const under = own.has(pooled) ? undefined : convolutionUnder(graph, graph.producer(pooled));
  if (under) own.set(pooled, inBlocks(graph, under));
  return own.get(pooled);
}

function inBlocks(graph: Graph, under: NonNullable<ReturnType<typeof convolutionUnder>>): PooledConvolution {
  const { images, filter, bias, batch, channels, outChannels, rows, columns } = under;
  const [ins, outs] = [SIDE * SIDE * channels, SIDE * SIDE * outChannels];
  const blockPads = [rows.before, columns.before, rows.after, columns.after];
  const { inConvolution, inGradient } = filterPlaces(rows, columns, channels, outChannels);
  const reshape = (name: string, shape: readonly number[]): string =>
    graph.emit('Reshape', [name, graph.integers(shape)]);

  const blocks = graph.emit('SpaceToDepth', [images], { blocksize: SIDE });
  const withZero = graph.emit('Concat', [reshape(filter, [-1]), graph.constant([0], [1], 'float32')], { axis: 0 });
  const filterShape = [outs, ins, rows.count, columns.count];
  const blockFilter = graph.emit('Gather', [withZero, graph.integers(inConvolution, filterShape)], { axis: 0 });
  const biases = bias === undefined ? [] : [graph.emit('Concat', Array<string>(SIDE * SIDE).fill(bias), { axis: 0 })];
  const convolved = graph.emit('Conv', [blocks, blockFilter, ...biases], {
    kernel_shape: [rows.count, columns.count],
    pads: blockPads,
    strides: [1, 1],
  });
  const parts = Array.from({ length: SIDE * SIDE }, (_, part) =>
    graph.emit('Slice', [
      convolved,
      ...[[part * outChannels], [(part + 1) * outChannels], [1]].map((one) => graph.integers(one)),
    ]),
  );
  const largest = graph.emit('Max', parts);

  /** The gradient at each part, [batch, 4 out, height, width]. */
  function apart(gradient: string): string {
    const zero = graph.constant([0], [], 'float32');
    let left = gradient;
    const shares = parts.map((part, index) => {
      if (index === parts.length - 1) return left;
      const share = graph.emit('Where', [graph.emit('Equal', [part, largest]), left, zero]);
      left = graph.emit('Sub', [left, share]);
      return share;
    });
    return graph.emit('Concat', shares, { axis: 1 });
  }

  /** The blocks that each number of the filter of blocks meets, a row for each: [row x column x in, batch x height x width]. */
  function met(): string {
    const channelsOutside = graph.emit('Transpose', [blocks], { perm: [1, 0, 2, 3] });
    const [top = 0, left = 0, bottom = 0, right = 0] = blockPads;
    const wide = graph.emit('Pad', [channelsOutside, graph.integers([0, 0, top, left, 0, 0, bottom, right])]);
    const copies = Array.from({ length: rows.count * columns.count }, (_, index) => {
      const [row, column] = [Math.floor(index / columns.count), index % columns.count];
      const ranges = [
        [row, column],
        [row + rows.outputs, column + columns.outputs],
        [2, 3],
      ];
      return graph.emit('Slice', [wide, ...ranges.map((one) => graph.integers(one))]);
    });
    return reshape(graph.emit('Concat', copies, { axis: 0 }), [-1, batch * rows.outputs * columns.outputs]);
  }

  return {
    largest,
    images,
    filterGradient: (gradient) => {
      const outside = graph.emit('Transpose', [apart(gradient)], { perm: [1, 0, 2, 3] });
      const product = graph.emit('Gemm', [met(), reshape(outside, [outs, -1])], { transA: 0, transB: 1 });
      const size = [rows.filter, columns.filter, channels, outChannels];
      const everywhere = graph.integers(inGradient, [size.reduce((a, b) => a * b), SIDE * SIDE]);
      const shares = graph.emit('Gather', [reshape(product, [-1]), everywhere], { axis: 0 });
      return reshape(graph.emit('ReduceSum', [shares, graph.integers([1])], { keepdims: 0 }), size);
    },
  };
}

/** The pooled convolution whose output's gradient is `unpooled`, if that is what it is, and the gradient of what was pooled. */
export function pooledBefore(
  graph: Graph,
  unpooled: string,
): { readonly pooled: PooledConvolution; readonly gradient: string } | undefined {
  const node = graph.producer(unpooled);
  if (node?.operator !== 'MaxUnpool') return undefined;
  const [gradient = '', places = ''] = node.inputs;
  const pooled = pooledConvolution(graph, graph.producer(places)?.outputs[0] ?? '');
  return pooled && { pooled, gradient };
}
