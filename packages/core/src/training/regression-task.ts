import * as tf from '@tensorflow/tfjs';
import type { Sampling } from '@fdr/records';
import type { Model } from '../models/model.js';
import { exampleTask } from './example-task.js';
import type { Task } from './task.js';

/** Examples of a regression. */
export interface RegressionExamples {
  /** [count, inputs of the model], row-major. */
  readonly inputs: Float32Array;
  /** [count, outputs of the model], row-major. */
  readonly targets: Float32Array;
}

/** What {@link regressionTask} trains, and on what. */
export interface RegressionOptions {
  readonly model: Model;
  readonly train: RegressionExamples;
  /** Without them test losses are NaN. */
  readonly test?: RegressionExamples | undefined;
  /** Examples a step, in [1, number of training examples]. */
  readonly batchSize: number;
  /** How mini-batches are drawn; `shuffle` by default. */
  readonly sampling?: Sampling | undefined;
}

/**
 * Training a model to predict numbers: the loss of an example is half the squared error, `1/2 |y - f_theta(x)|^2`.
 *
 * @throws OptionError naming the option: data that do not fit the model or one another, a batch size that does not fit them.
 * @example regressionTask({ model: mlp([1, 20, 1]), train: { inputs, targets }, batchSize: 10 })
 */
export function regressionTask({ model, train, test, batchSize, sampling }: RegressionOptions): Task {
  const listed = ({ inputs, targets }: RegressionExamples) => ({
    inputs: { values: inputs, shape: [model.inputs] },
    targets: { values: targets, shape: [model.outputs] },
  });
  return exampleTask({
    name: `${model.name}-regression`,
    parameters: model.parameters,
    examples: listed(train),
    test: test && listed(test),
    batchSize,
    sampling,
    loss: (parameters, { inputs, targets }) =>
      tf.mul(0.5, tf.sum(tf.square(tf.sub(model.apply(parameters, inputs), targets)), 1)),
  });
}
