import type { Graph } from '../graph.js';
import { input, withAttributes, type Kernel, type KernelTable } from './kernel.js';

type Method = 'bilinear' | 'nearest';

/** How a resized image takes its pixels. */
interface Attributes {
  readonly alignCorners: boolean;
  readonly halfPixelCenters?: boolean;
}

/** The weights [to, from] with which numbers of a line add up to those of a line of another length. */
function weights(method: Method, from: number, to: number, attributes: Attributes): Float32Array {
  const { alignCorners, halfPixelCenters = false } = attributes;
  const aligned = alignCorners && to > 1;
  const ratio = aligned ? (from - 1) / (to - 1) : from / to;
  const matrix = new Float32Array(to * from);
  const add = (row: number, column: number, weight: number): void => {
    const index = row * from + column;
    matrix[index] = (matrix[index] ?? 0) + weight;
  };
  for (let row = 0; row < to; row += 1) {
    const center = halfPixelCenters ? ratio * (row + 0.5) : ratio * row;
    if (method === 'nearest') {
      add(row, Math.min(from - 1, alignCorners ? Math.round(center) : Math.floor(center)), 1);
      continue;
    }
    const position = halfPixelCenters ? center - 0.5 : center;
    const before = Math.max(0, Math.floor(position));
    const share = position - before;
    add(row, before, 1 - share);
    add(row, Math.min(from - 1, Math.ceil(position)), share);
  }
  return matrix;
}

function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  return matrix.map((_, index) => matrix[(index % rows) * columns + Math.floor(index / rows)] ?? 0);
}

/** Rows times image times columns, for each image and channel. */
function product(graph: Graph, images: string, rows: string, columns: string): string {
  return graph.emit('MatMul', [rows, graph.emit('MatMul', [images, columns])]);
}

/** Resizing is linear in the image, along rows and columns apart: rows of weights times the image times columns of weights. */
function resize(method: Method): Kernel {
  return withAttributes<Attributes & { readonly size: [number, number] }>(({ recorder, inputs, attributes }) => {
    const { graph } = recorder;
    const images = input({ inputs }, 'images');
    const [batch = 1, height = 1, width = 1, channels = 1] = images.shape;
    const [toHeight, toWidth] = attributes.size;
    const rows = graph.constant(weights(method, height, toHeight, attributes), [toHeight, height], 'float32');
    const byColumn = transposed(weights(method, width, toWidth, attributes), toWidth, width);
    const columns = graph.constant(byColumn, [width, toWidth], 'float32');
    const resized = product(graph, recorder.operand(recorder.cast(images, 'float32'), 'channels-first'), rows, columns);
    return recorder.node(resized, [batch, toHeight, toWidth, channels], 'float32', { layout: 'channels-first' });
  });
}

/** The same products with the weights transposed. */
function resizeGradient(method: Method): Kernel {
  return withAttributes<Attributes>(({ recorder, inputs, attributes }) => {
    const { graph } = recorder;
    const images = input({ inputs }, 'images');
    const dy = input({ inputs }, 'dy');
    const [, height = 1, width = 1] = images.shape;
    const [, fromHeight = 1, fromWidth = 1] = dy.shape;
    const byRow = transposed(weights(method, height, fromHeight, attributes), fromHeight, height);
    const rows = graph.constant(byRow, [height, fromHeight], 'float32');
    const columns = graph.constant(weights(method, width, fromWidth, attributes), [fromWidth, width], 'float32');
    const gradient = product(graph, recorder.operand(dy, 'channels-first'), rows, columns);
    return recorder.node(gradient, images.shape, 'float32', { layout: 'channels-first' });
  });
}

/** Images [batch, height, width, channels] in another size, and the gradients. */
export const resizing: KernelTable = {
  ResizeBilinear: resize('bilinear'),
  ResizeBilinearGrad: resizeGradient('bilinear'),
  ResizeNearestNeighbor: resize('nearest'),
  ResizeNearestNeighborGrad: resizeGradient('nearest'),
};
