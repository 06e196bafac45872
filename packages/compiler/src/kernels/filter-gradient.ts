import type { Graph } from '../graph.js';
import { filterSize, padsOf, stridesOf, type ConvolutionGeometry } from './convolution-geometry.js';

/** A matrix of zeros, or nothing if it would be empty. */
function zeros(graph: Graph, rows: number, columns: number): string[] {
  if (columns === 0) return [];
  return [graph.emit('Expand', [graph.constant([0], [], 'float32'), graph.integers([rows, columns])])];
}

/**
 * At stride 1, as one matrix product:
 *
 *     gradient[r, s, c, m] = sum over n, i, j of dy[n, i, j, m] x[n, i + r - top, j + s - left, c]
 *
 * Images are laid out [channels, height, batch, width], so that moving them by one row is moving a whole channel by one
 * stretch of batch x width numbers, and no image runs into the next. The left matrix holds dy once for every r, each moved by r
 * rows; the right one holds x once for every s, moved by s columns; both have a row of numbers for each place of the padded input.
 */
function shiftedProduct(graph: Graph, images: string, gradient: string, size: ConvolutionGeometry): string {
  const { batchSize, inHeight, inChannels, outHeight, outWidth, outChannels, filterHeight, filterWidth } = size;
  const { top, left, bottom, right } = size.padInfo;
  const stretch = batchSize * outWidth;
  const places = (outHeight + filterHeight - 1) * stretch;
  const rowsOutside = (name: string): string => graph.emit('Transpose', [name], { perm: [1, 2, 0, 3] });
  const matrix = (name: string, rows: number, columns: number): string =>
    graph.emit('Reshape', [name, graph.integers([rows, columns])]);
  const joined = (parts: readonly string[]): string =>
    parts.length === 1 ? (parts[0] ?? '') : graph.emit('Concat', parts, { axis: 1 });

  // With filterHeight rows of zeros after each copy, cutting the sequence a row earlier each time moves the copies apart.
  const copy = matrix(rowsOutside(gradient), outChannels, outHeight * stretch);
  const gap = zeros(graph, outChannels, filterHeight * stretch);
  const copies = Array.from({ length: filterHeight }, (_, row) => (row === 0 ? [copy] : [...gap, copy])).flat();
  const movedByRows = matrix(joined(copies), outChannels * filterHeight, places);

  const wide = graph.emit('Pad', [rowsOutside(images), graph.integers([0, 0, 0, left, 0, 0, 0, right])]);
  const slices = Array.from({ length: filterWidth }, (_, column) => {
    const range = [[column], [column + outWidth], [3]].map((one) => graph.integers(one));
    const slice = matrix(graph.emit('Slice', [wide, ...range]), inChannels, inHeight * stretch);
    return [...(column > 0 ? zeros(graph, inChannels, (bottom + top) * stretch) : []), slice];
  }).flat();
  const framed = [...zeros(graph, inChannels, top * stretch), ...slices, ...zeros(graph, inChannels, bottom * stretch)];
  const movedByColumns = matrix(joined(framed), inChannels * filterWidth, places);

  const product = graph.emit('Gemm', [movedByRows, movedByColumns], { transA: 0, transB: 1 });
  const apart = [outChannels, filterHeight, inChannels, filterWidth];
  return graph.emit('Transpose', [graph.emit('Reshape', [product, graph.integers(apart)])], { perm: [1, 3, 2, 0] });
}

/** At any stride: the input convolved with the output's gradient, the batch taking the place of the channels. */
function swappedConvolution(graph: Graph, images: string, gradient: string, size: ConvolutionGeometry): string {
  const batchInside = (name: string): string => graph.emit('Transpose', [name], { perm: [1, 0, 2, 3] });
  const convolved = graph.emit('Conv', [batchInside(images), batchInside(gradient)], {
    kernel_shape: [size.outHeight, size.outWidth],
    pads: padsOf(size),
    dilations: stridesOf(size),
  });
  // Where the last stride leaves a rest of the input uncovered, the filter seems larger than it is.
  const ranges = [[0, 0], filterSize(size), [2, 3]].map((one) => graph.integers(one));
  return graph.emit('Transpose', [graph.emit('Slice', [convolved, ...ranges])], { perm: [2, 3, 0, 1] });
}

/**
 * Gradient of a convolution by its filter.
 *
 * @param images the input, [batch, in, height, width].
 * @param gradient of the output, [batch, out, height, width].
 * @returns [height, width, in, out] of the filter.
 */
export const filterGradient = (graph: Graph, images: string, gradient: string, size: ConvolutionGeometry): string =>
  (size.strideHeight === 1 && size.strideWidth === 1 ? shiftedProduct : swappedConvolution)(
    graph,
    images,
    gradient,
    size,
  );
