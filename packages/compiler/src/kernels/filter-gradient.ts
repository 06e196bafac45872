import type { Graph } from '../graph.js';
import { filterSize, padsOf, stridesOf, type ConvolutionGeometry } from './convolution-geometry.js';

/**
 * Gradient of a convolution by its filter.
 *
 * @param images the convolution's input, [batch, in, height, width]
 * @param gradient by its output, [batch, out, height, width]
 * @returns [height, width, in, out], like the filter
 */
export function filterGradient(graph: Graph, images: string, gradient: string, size: ConvolutionGeometry): string {
  if (size.strideHeight === 1 && size.strideWidth === 1) return productOfShiftedCopies(graph, images, gradient, size);
  return swappedConvolution(graph, images, gradient, size);
}

/**
 * At stride 1, as one matrix product:
 *
 *     gradient[r, s, c, m] = sum over n, i, j of dy[n, i, j, m] x[n, i + r - top, j + s - left, c]
 *
 * Images are laid out [channels, height, batch, width]: to shift them by one row shifts a whole channel by one row of
 * batch x width numbers, and no image runs into the next. The left matrix holds a copy of dy for every r, shifted by r rows; the
 * right one holds a copy of x for every s, shifted by s columns. Both have a column for each position of the padded input.
 */
function productOfShiftedCopies(graph: Graph, images: string, gradient: string, size: ConvolutionGeometry): string {
  const { inChannels, outChannels, filterHeight, filterWidth } = size;
  const left = copiesShiftedByRows(graph, gradient, size);
  const right = copiesShiftedByColumns(graph, images, size);
  const product = graph.emit('Gemm', [left, right], { transA: 0, transB: 1 });
  const shape = graph.integers([outChannels, filterHeight, inChannels, filterWidth]);
  return graph.emit('Transpose', [graph.emit('Reshape', [product, shape])], { perm: [1, 3, 2, 0] });
}

/** [out x filter height, positions]: the output's gradient, shifted by each row of the filter. */
function copiesShiftedByRows(graph: Graph, gradient: string, size: ConvolutionGeometry): string {
  const { outChannels, outHeight, filterHeight } = size;
  const copy = matrix(graph, channelsOutermost(graph, gradient), outChannels, outHeight * rowLength(size));
  // After filterHeight rows of zeros behind each copy, the reshaped rows begin one image row earlier in each copy.
  const gap = zeros(graph, outChannels, filterHeight * rowLength(size));
  const copies = Array.from({ length: filterHeight }, (_, row) => (row === 0 ? [copy] : [...gap, copy]));
  return matrix(graph, concatColumns(graph, copies.flat()), outChannels * filterHeight, positions(size));
}

/** [in x filter width, positions]: the padded input, shifted by each column of the filter. */
function copiesShiftedByColumns(graph: Graph, images: string, size: ConvolutionGeometry): string {
  const { inHeight, inChannels, outWidth, filterWidth } = size;
  const { top, left, bottom, right } = size.padInfo;
  const padded = graph.emit('Pad', [channelsOutermost(graph, images), graph.integers([0, 0, 0, left, 0, 0, 0, right])]);
  const rowsOfZeros = (rows: number): readonly string[] => zeros(graph, inChannels, rows * rowLength(size));
  const copies = Array.from({ length: filterWidth }, (_, column) => {
    const range = [[column], [column + outWidth], [3]].map((numbers) => graph.integers(numbers));
    const copy = matrix(graph, graph.emit('Slice', [padded, ...range]), inChannels, inHeight * rowLength(size));
    return column === 0 ? [copy] : [...rowsOfZeros(bottom + top), copy];
  });
  const columns = [...rowsOfZeros(top), ...copies.flat(), ...rowsOfZeros(bottom)];
  return matrix(graph, concatColumns(graph, columns), inChannels * filterWidth, positions(size));
}

/** Numbers in one row of all images of a channel. */
const rowLength = ({ batchSize, outWidth }: ConvolutionGeometry): number => batchSize * outWidth;

/** Numbers of a channel in all rows of the padded input. */
const positions = (size: ConvolutionGeometry): number => (size.outHeight + size.filterHeight - 1) * rowLength(size);

/** Images [batch, channels, height, width] as [channels, height, batch, width]. */
const channelsOutermost = (graph: Graph, images: string): string =>
  graph.emit('Transpose', [images], { perm: [1, 2, 0, 3] });

const matrix = (graph: Graph, name: string, rows: number, columns: number): string =>
  graph.emit('Reshape', [name, graph.integers([rows, columns])]);

/** A matrix of zeros, in a list that is empty if the matrix would be. */
function zeros(graph: Graph, rows: number, columns: number): readonly string[] {
  if (columns === 0) return [];
  return [graph.emit('Expand', [graph.constant([0], [], 'float32'), graph.integers([rows, columns])])];
}

/** Matrices side by side; a single one is left as it is. */
function concatColumns(graph: Graph, matrices: readonly string[]): string {
  const [first, second] = matrices;
  if (first !== undefined && second === undefined) return first;
  return graph.emit('Concat', matrices, { axis: 1 });
}

/** At any stride: the input convolved with the output's gradient, batch and channels swapped. */
function swappedConvolution(graph: Graph, images: string, gradient: string, size: ConvolutionGeometry): string {
  const batchSecond = (name: string): string => graph.emit('Transpose', [name], { perm: [1, 0, 2, 3] });
  const convolved = graph.emit('Conv', [batchSecond(images), batchSecond(gradient)], {
    kernel_shape: [size.outHeight, size.outWidth],
    pads: padsOf(size),
    dilations: stridesOf(size),
  });
  // If the last stride does not reach the end of the input, the result has more rows or columns than the filter.
  const ranges = [[0, 0], filterSize(size), [2, 3]].map((numbers) => graph.integers(numbers));
  return graph.emit('Transpose', [graph.emit('Slice', [convolved, ...ranges])], { perm: [2, 3, 0, 1] });
}
