import * as tf from '@tensorflow/tfjs';

/** The sizes of a convolution, as TensorFlow.js computes them. */
export type ConvolutionGeometry = Pick<
  tf.backend_util.Conv2DInfo,
  | 'batchSize'
  | 'inHeight'
  | 'inWidth'
  | 'inChannels'
  | 'outHeight'
  | 'outWidth'
  | 'outChannels'
  | 'outShape'
  | 'filterHeight'
  | 'filterWidth'
  | 'strideHeight'
  | 'strideWidth'
  | 'dilationHeight'
  | 'dilationWidth'
  | 'padInfo'
>;

/** The attributes that `Conv2D` and the kernels of its gradients have in common. */
export interface ConvolutionAttributes extends Pick<
  tf.Conv2DAttrs,
  'strides' | 'pad' | 'dataFormat' | 'dimRoundingMode'
> {
  readonly dilations?: number | [number, number];
}

/**
 * The sizes of a convolution.
 *
 * @param kernel TensorFlow.js's name of the kernel, for the error
 * @param inputShape [batch, height, width, in]
 * @param filterShape [height, width, in, out]
 * @throws Error naming the kernel, the attribute's value and the expected one, if the convolution can't be recorded
 */
export function convolutionGeometry(
  kernel: string,
  inputShape: readonly number[],
  filterShape: readonly number[],
  attributes: ConvolutionAttributes,
): ConvolutionGeometry {
  const { strides, pad, dataFormat, dimRoundingMode, dilations = 1 } = attributes;
  if (dataFormat !== 'NHWC')
    throw new Error(`${kernel} with dataFormat ${dataFormat} is not recorded; expected dataFormat NHWC.`);
  const [batch = 1, height = 1, width = 1, inChannels = 1] = inputShape;
  const [filterHeight = 1, filterWidth = 1, filterChannels = 1, outChannels = 1] = filterShape;
  if (inChannels !== filterChannels)
    throw new Error(
      `${kernel} of ${inChannels} channels with a filter of ${filterChannels} is not recorded; expected as many in both.`,
    );
  return tf.backend_util.computeConv2DInfo(
    [batch, height, width, inChannels],
    [filterHeight, filterWidth, filterChannels, outChannels],
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
}

/** The attribute `pads` of ONNX: the padding before each axis, then after each. */
export const padsOf = ({ padInfo: { top, left, bottom, right } }: ConvolutionGeometry): number[] => [
  top,
  left,
  bottom,
  right,
];
/** The attribute `strides` of ONNX: height, width. */
export const stridesOf = ({ strideHeight, strideWidth }: ConvolutionGeometry): number[] => [strideHeight, strideWidth];
/** The attribute `kernel_shape` of ONNX: height, width. */
export const filterSize = ({ filterHeight, filterWidth }: ConvolutionGeometry): number[] => [filterHeight, filterWidth];
/** The attribute `dilations` of ONNX: height, width; none where both are 1. */
export const dilationsOf = ({ dilationHeight, dilationWidth }: ConvolutionGeometry): { dilations?: number[] } =>
  dilationHeight === 1 && dilationWidth === 1 ? {} : { dilations: [dilationHeight, dilationWidth] };
