import * as tf from '@tensorflow/tfjs';
import { correctAnswers, crossEntropies, crossEntropy } from '../losses/cross-entropy.js';
import type { Model } from '../models/model.js';
import { tensorNamed } from '../parameters.js';
import { inRange, OptionError } from '../validate.js';
import { sizeOf, type Tensors, type TensorSpecs } from '@fdr/program';
import type { Objective } from '../objective.js';
import type { ExamplePass } from './example-pass.js';

/** Mean and deviation of the pixels, as parts of full scale: a pixel x in [0, 255] becomes `(x / 255 - mean) / deviation`. */
interface Normalization {
  readonly mean: number;
  readonly deviation: number;
}

/** Labelled images as a file holds them: one byte a pixel, one byte a label. */
export interface LabelledImages {
  /** `count` images one after another. */
  readonly images: Uint8Array;
  /** `count` numbers in [0, classes). */
  readonly labels: Uint8Array;
  readonly count: number;
}

/** Labelled images, and how their pixels are normalised. */
export interface ImageSet extends LabelledImages {
  readonly normalization: Normalization;
}

/** What {@link classificationTask} trains on. */
export interface ClassificationData {
  readonly train: LabelledImages;
  readonly test: LabelledImages;
  /** E.g. [28, 28], or [32, 32, 3]: the colours of a pixel are adjacent. */
  readonly imageShape: readonly number[];
  readonly classes: number;
  readonly normalization: Normalization;
}

/** @throws OptionError naming the field if sizes do not fit one another or the model, or a label is out of range. */
export function checkData(model: Model, data: ClassificationData): void {
  const pixels = sizeOf(data.imageShape);
  if (pixels !== model.inputs) throw new OptionError('imageShape', `of ${model.inputs} pixels`, `[${data.imageShape}]`);
  const [rows, columns, channels = 1] = data.imageShape;
  if (model.inputShape && `${[rows, columns, channels]}` !== `${model.inputShape}`)
    throw new OptionError('imageShape', `[${model.inputShape}], as the model's`, `[${data.imageShape}]`);
  if (data.classes !== model.outputs)
    throw new OptionError('classes', `${model.outputs}, as the model's`, data.classes);
  // A softmax of one class is 1 whatever the parameters are.
  inRange('classes', data.classes, { min: 2, integer: true });
  inRange('normalization.mean', data.normalization.mean, {});
  inRange('normalization.deviation', data.normalization.deviation, { above: 0 });
  for (const name of ['train', 'test'] as const) {
    const { images, labels, count } = data[name];
    inRange(`${name}.count`, count, { min: 1, integer: true });
    if (images.length !== count * pixels)
      throw new OptionError(`${name}.images`, `${count} x ${pixels} bytes`, images.length);
    if (labels.length !== count) throw new OptionError(`${name}.labels`, `${count} bytes`, labels.length);
    const wrong = labels.find((label) => label >= data.classes);
    if (wrong !== undefined) throw new OptionError(`${name}.labels`, `below ${data.classes}`, wrong);
  }
}

/** Specs of `images` uint8 [count, pixels] and `labels` uint8 [count]. */
const imageConstants = (model: Model, count: number): TensorSpecs => ({
  images: { shape: [count, model.inputs], dtype: 'uint8' },
  labels: { shape: [count], dtype: 'uint8' },
});

/**
 * Gathers the examples at `inputs.indices`, normalises them, `(x / 255 - mean) / deviation`, and applies the model.
 *
 * @returns labels int32 [batch], logits float32 [batch, classes].
 */
function classify(
  model: Model,
  { mean, deviation }: Normalization,
  parameters: readonly tf.Tensor[],
  inputs: Tensors,
  constants: Tensors,
): { readonly labels: tf.Tensor; readonly logits: tf.Tensor } {
  const indices = tensorNamed('indices', inputs);
  const bytes = tf.cast(tf.gather(tensorNamed('images', constants), indices), 'float32');
  const images = tf.sub(tf.mul(bytes, 1 / (255 * deviation)), mean / deviation);
  return {
    // TensorFlow.js has int32 labels already; an executor that keeps the bytes of the spec has not.
    labels: tf.cast(tf.gather(tensorNamed('labels', constants), indices), 'int32'),
    logits: model.apply(parameters, images),
  };
}

/** The objective of a classification: mean cross-entropy over the examples at the input `indices`, int32 [batchSize]. */
export const classification = (
  model: Model,
  { count, normalization }: Pick<ImageSet, 'count' | 'normalization'>,
  batchSize: number,
): Objective => ({
  name: model.name,
  parameters: model.parameters,
  inputs: { indices: { shape: [batchSize], dtype: 'int32' } },
  constants: imageConstants(model, count),
  loss: (parameters, inputs, constants) => {
    const { labels, logits } = classify(model, normalization, parameters, inputs, constants);
    return crossEntropy(labels, logits);
  },
});

/** A pass over images: cross-entropies and correct answers. */
export const classificationPass = (
  model: Model,
  { count, normalization }: Pick<ImageSet, 'count' | 'normalization'>,
): ExamplePass => ({
  name: model.name,
  parameters: model.parameters,
  count,
  largestChunk: model.largestChunk,
  specs: imageConstants(model, count),
  judge: (parameters, inputs, constants) => {
    const { labels, logits } = classify(model, normalization, parameters, inputs, constants);
    return { losses: crossEntropies(labels, logits), correct: correctAnswers(labels, logits) };
  },
});
