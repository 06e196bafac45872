import * as tf from '@tensorflow/tfjs';
import { record } from '../../src/recording.js';
import type { OnnxNode, OnnxTensor } from '../../src/onnx.js';
import { recordStep } from '../../src/recorded-step.js';
import type { RewriteRule } from '../../src/rewrite-rules.js';
import { simplify } from '../../src/simplify.js';
import { programOf, type Case } from './agreement.js';

/** The graph of a case as it is handed to ONNX Runtime, without the Identity nodes that name its results. */
export interface RecordedCase {
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxTensor[];
  /** How often each operator occurs. */
  readonly operators: Readonly<Record<string, number>>;
}

/** @param rules the rewrite rules to apply; all by default */
export async function recordCase(given: Case, rules?: readonly RewriteRule[]): Promise<RecordedCase> {
  await tf.setBackend('cpu');
  const { graph, results } = await record((recorder) => recordStep(programOf(given), recorder));
  const nodes = simplify(graph, results, rules).filter(({ operator }) => operator !== 'Identity');
  const operators: Record<string, number> = {};
  for (const { operator } of nodes) operators[operator] = (operators[operator] ?? 0) + 1;
  return { nodes, constants: graph.constants, operators };
}

/** A convolution of images [batch, height, width, in] with a filter [height, width, in, out], padded to the same size. */
export const convolve = (x: tf.Tensor, filter: tf.Tensor, strides = 1): tf.Tensor =>
  tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, 'same');

/** Max-pooling in windows of 2 x 2. */
export const halve = (x: tf.Tensor): tf.Tensor => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid');
