import * as tf from '@tensorflow/tfjs';
import { composite, tensor } from './composite.js';
import type { Kernel, KernelTable } from './kernel.js';

interface FusedAttributes {
  readonly activation: string;
  readonly leakyreluAlpha?: number;
}

type Inputs = Readonly<Record<string, tf.Tensor>>;

/** What a fused kernel does to its product: adds the bias, applies the activation. */
function finished(
  product: tf.Tensor,
  inputs: Inputs,
  { activation, leakyreluAlpha = 0.2 }: FusedAttributes,
): tf.Tensor {
  const x = inputs['bias'] ? tf.add(product, inputs['bias']) : product;
  switch (activation) {
    case 'linear':
      return x;
    case 'relu':
      return tf.relu(x);
    case 'relu6':
      return tf.relu6(x);
    case 'elu':
      return tf.elu(x);
    case 'sigmoid':
      return tf.sigmoid(x);
    case 'leakyrelu':
      return tf.leakyRelu(x, leakyreluAlpha);
    case 'prelu':
      return tf.prelu(x, tensor(inputs, 'preluActivationWeights'));
    default:
      throw new Error(
        `A fused kernel with the activation "${activation}" is not recorded; use the activation's own function.`,
      );
  }
}

const images = (inputs: Inputs, name: string): tf.Tensor4D =>
  tensor(inputs, name).as4D(...(tensor(inputs, name).shape as [number, number, number, number]));

/** Products, convolutions and normalization with what TensorFlow.js does in the same call. */
export const fused: KernelTable = {
  _FusedMatMul: composite<tf._FusedMatMulAttrs & FusedAttributes>((inputs, attributes) => {
    const [a, b] = [tensor(inputs, 'a'), tensor(inputs, 'b')];
    const { transposeA, transposeB } = attributes;
    if (a.shape[0] !== 1 || b.shape[0] !== 1)
      return finished(tf.matMul(a, b, transposeA, transposeB), inputs, attributes);
    // A single matrix: Gemm instead of MatMul.
    const product = tf.matMul(tf.squeeze(a, [0]), tf.squeeze(b, [0]), transposeA, transposeB);
    return tf.expandDims(finished(product, inputs, attributes), 0);
  }),
  FusedConv2D: composite<tf.FusedConv2DAttrs & FusedAttributes>((inputs, attributes) => {
    const { strides, pad, dataFormat, dilations, dimRoundingMode } = attributes;
    const y = tf.conv2d(
      images(inputs, 'x'),
      images(inputs, 'filter'),
      strides,
      pad,
      dataFormat,
      dilations,
      dimRoundingMode,
    );
    return finished(y, inputs, attributes);
  }),
  FusedDepthwiseConv2D: composite<tf.FusedDepthwiseConv2DAttrs & FusedAttributes>((inputs, attributes) => {
    const { strides, pad, dataFormat, dilations, dimRoundingMode } = attributes;
    const y = tf.depthwiseConv2d(
      images(inputs, 'x'),
      images(inputs, 'filter'),
      strides,
      pad,
      dataFormat,
      dilations,
      dimRoundingMode,
    );
    return finished(y, inputs, attributes);
  }),
  FusedBatchNorm: normalization(),
};

/** (x - mean) / sqrt(variance + epsilon) scale + offset, along the last axis, or number by number. */
function normalization(): Kernel {
  return composite<tf.FusedBatchNormAttrs>((inputs, { varianceEpsilon }) => {
    const [x, mean, variance] = [tensor(inputs, 'x'), tensor(inputs, 'mean'), tensor(inputs, 'variance')];
    const normalized = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, varianceEpsilon)));
    const scaled = inputs['scale'] ? tf.mul(normalized, inputs['scale']) : normalized;
    return inputs['offset'] ? tf.add(scaled, inputs['offset']) : scaled;
  });
}
