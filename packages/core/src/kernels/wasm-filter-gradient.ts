import * as tf from '@tensorflow/tfjs';

/** One direction of a picture: numbers of it, of the filter and of the result, the stride, and zeros before the picture. */
interface Direction {
  readonly input: number;
  readonly filter: number;
  readonly output: number;
  readonly stride: number;
  readonly before: number;
}

/** Zeros behind the picture that the filter reaches at its last place; negative where it leaves numbers out. */
const behind = ({ input, filter, output, stride, before }: Direction): number =>
  (output - 1) * stride + filter - before - input;

/**
 * The gradient of a convolution with respect to its filter, of transposes and one convolution:
 *
 *     dW[k, l, c, o] = sum_{b, i, j} x[b, i s + k - p, j s + l - p, c] dy[b, i, j, o]
 *
 * is a convolution of x by dy in which examples and channels have changed places, and the stride s has become the dilation.
 *
 * @param x [examples, rows, columns, channels]
 * @param dy [examples, rows, columns, filters]
 * @returns [rows, columns, channels, filters] of the filter
 */
function filterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, attributes: tf.Conv2DBackpropFilterAttrs): tf.Tensor {
  const { strides, pad, dataFormat, dimRoundingMode, filterShape } = attributes;
  if (dataFormat === 'NCHW') throw new Error('Conv2DBackpropFilter on wasm takes pictures as NHWC; found NCHW');
  const info = tf.backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad, dimRoundingMode);
  const { inHeight, filterHeight, outHeight, strideHeight, inWidth, filterWidth, outWidth, strideWidth, padInfo } =
    info;
  const [above, left] = [padInfo.top, padInfo.left];
  const below = behind({
    input: inHeight,
    filter: filterHeight,
    output: outHeight,
    stride: strideHeight,
    before: above,
  });
  const right = behind({ input: inWidth, filter: filterWidth, output: outWidth, stride: strideWidth, before: left });
  const reached = tf.slice(x, 0, [info.batchSize, inHeight + Math.min(0, below), inWidth + Math.min(0, right), info.inChannels]); // prettier-ignore
  const padded = tf.pad(reached, [[0, 0], [above, Math.max(0, below)], [left, Math.max(0, right)], [0, 0]]); // prettier-ignore
  const image = tf.transpose(padded, [3, 1, 2, 0]);
  const filter = tf.transpose(dy, [1, 2, 0, 3]);
  return tf.transpose(tf.conv2d(image, filter, 1, 'valid', 'NHWC', [strideHeight, strideWidth]), [1, 2, 0, 3]);
}

/** What the engine hands to a kernel are tensors, whatever their type says. */
const isPictures = (info: tf.TensorInfo | undefined): info is tf.Tensor4D => info?.shape.length === 4;

/**
 * Gives TensorFlow.js's wasm backend the kernel `Conv2DBackpropFilter`, which it lacks and without which nothing that has a convolution trains on
 * it. `eagerExecutor('wasm')` does so by itself; a program that trains by `model.fit` calls this once, before its training.
 *
 * Where the backend has that kernel, nothing changes.
 *
 * @example completeWasmBackend(); // then await model.fit(x, y)
 */
export function completeWasmBackend(): void {
  const kernelName = tf.Conv2DBackpropFilter;
  if (tf.getKernelsForBackend('wasm').some((kernel) => kernel.kernelName === kernelName)) return;
  tf.registerKernel({
    kernelName,
    backendName: 'wasm',
    kernelFunc: ({ inputs: { x, dy }, attrs }) => {
      if (!isPictures(x) || !isPictures(dy)) throw new Error(`${kernelName} takes tensors of rank 4`);
      // TensorFlow.js types the attributes of all kernels alike.
      return tf.tidy(() => filterGradient(x, dy, attrs as unknown as tf.Conv2DBackpropFilterAttrs));
    },
  });
}
