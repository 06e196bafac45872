import type { Sampling } from '@fdr/records';
import type { TensorValues } from '@fdr/program';
import type { Model } from '../models/model.js';
import {
  checkData,
  classification,
  classificationPass,
  type ClassificationData,
  type LabelledImages,
} from './classification.js';
import { examplesEvaluator } from './examples-evaluator.js';
import { miniBatches } from './mini-batches.js';
import type { EvaluatedTask } from './task.js';

/** What {@link classificationTask} trains, and on what. */
export interface ClassificationOptions {
  readonly model: Model;
  readonly data: ClassificationData;
  /** Examples a step, in [1, number of training examples]. */
  readonly batchSize: number;
  /** How mini-batches are drawn; `shuffle` by default. */
  readonly sampling?: Sampling | undefined;
}

/**
 * Training a model to classify images. An epoch has as many steps as the training data have whole mini-batches. Where they are shuffled, examples
 * after the last whole mini-batch are left out.
 *
 * @throws OptionError if the batch size does not fit the data, the data does not fit the model, or there is no such sampling.
 */
export function classificationTask({ model, data, batchSize, ...options }: ClassificationOptions): EvaluatedTask {
  checkData(model, data);
  const { train, test, normalization } = data;
  return {
    objective: classification(model, { count: train.count, normalization }, batchSize),
    constants: { images: train.images, labels: train.labels },
    ...miniBatches(train.count, batchSize, options.sampling),
    evaluator: examplesEvaluator({
      train: { pass: classificationPass(model, { ...train, normalization }), values: valuesOf(train) },
      test: { pass: classificationPass(model, { ...test, normalization }), values: valuesOf(test) },
    }),
  };
}

const valuesOf = ({ images, labels }: LabelledImages): TensorValues => ({ images, labels });
