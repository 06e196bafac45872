import { weightDecayValue } from '../losses/weight-decay.js';
import type { Model } from '../models/model.js';
import { namedSlot, slotValues, zeroSlot } from '../parameters.js';
import { zip } from '../zip.js';
import type { Sampling } from '@fdr/records';
import { inRange, oneOf } from '../validate.js';
import { checkData, classification, type ClassificationData, type ImageSet } from './classification.js';
import { chunkSize, evaluationProgram } from './evaluation.js';
import { drawExamples } from './sampling.js';
import type { Executor, TensorValues } from '@fdr/program';
import type { Evaluation, Evaluator, Task } from './task.js';

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
export function classificationTask({ model, data, batchSize, ...options }: ClassificationOptions): Task {
  checkData(model, data);
  const { train, test, normalization } = data;
  inRange('batchSize', batchSize, { min: 1, max: train.count, integer: true });
  const sampling = oneOf('sampling', options.sampling ?? 'shuffle', ['shuffle', 'replacement'] as const);
  const stepsPerEpoch = Math.floor(train.count / batchSize);
  const leftOut = train.count - stepsPerEpoch * batchSize;
  const count = train.count.toLocaleString('en-US');
  return {
    objective: classification(model, { count: train.count, normalization }, batchSize),
    constants: { images: train.images, labels: train.labels },
    stepsPerEpoch,
    warnings:
      leftOut > 0 && sampling === 'shuffle'
        ? [`batch size ${batchSize} does not divide ${count}: ${leftOut} examples of each shuffle are left out`]
        : [],
    batches: (state) => {
      const order = drawExamples(sampling, state, train.count);
      return {
        take: (from, steps) => ({ indices: order.values.subarray(from * batchSize, (from + steps) * batchSize) }),
        next: order.state,
      };
    },
    evaluator: (executor, weightDecay) =>
      classificationEvaluator(model, { ...train, normalization }, { ...test, normalization }, executor, weightDecay),
  };
}

/** Every index once, in chunks; the last chunk is filled up with examples of weight 0. */
function passOver(count: number, chunk: number): { readonly steps: number; readonly inputs: TensorValues } {
  const steps = Math.ceil(count / chunk);
  return {
    steps,
    inputs: {
      indices: Int32Array.from({ length: steps * chunk }, (_, index) => (index < count ? index : 0)),
      weights: Float32Array.from({ length: steps * chunk }, (_, index) => (index < count ? 1 : 0)),
    },
  };
}

const sumOf = (values: Float32Array = new Float32Array()): number => values.reduce((sum, value) => sum + value, 0);

async function classificationEvaluator(
  model: Model,
  train: ImageSet,
  test: ImageSet,
  executor: Executor,
  weightDecay: number,
): Promise<Evaluator> {
  const pass = async (set: ImageSet, gradient: boolean) => {
    const chunk = chunkSize(set.count, model.largestChunk);
    const program = evaluationProgram(model, set, { chunk, gradient });
    const executable = await executor.prepare(program, { images: set.images, labels: set.labels });
    return { executable, ...passOver(set.count, chunk) };
  };
  const trainPass = await pass(train, true);
  const testPass = await pass(test, false).catch(async (error: unknown) => {
    await trainPass.executable.dispose();
    throw error;
  });
  const zeros = zeroSlot('gradients', model.parameters);
  const passOverTrain = async (parameters: readonly Float32Array[]) => {
    const settings = namedSlot('parameters', model.parameters, parameters);
    const { outputs, state } = await trainPass.executable.run({ ...trainPass, state: zeros, settings });
    const sums = slotValues('gradients', model.parameters, state);
    return { outputs, gradient: fullGradient(sums, train.count, parameters, weightDecay) };
  };
  return {
    evaluate: async (parameters): Promise<Evaluation> => {
      const settings = namedSlot('parameters', model.parameters, parameters);
      const onTrain = await passOverTrain(parameters);
      const onTest = await testPass.executable.run({ ...testPass, state: {}, settings });
      const penalty = weightDecayValue(parameters, weightDecay);
      return {
        trainLoss: sumOf(onTrain.outputs['loss']) / train.count + penalty,
        trainAccuracy: sumOf(onTrain.outputs['correct']) / train.count,
        testLoss: sumOf(onTest.outputs['loss']) / test.count + penalty,
        testAccuracy: sumOf(onTest.outputs['correct']) / test.count,
        gradientNormSquared: normSquared(onTrain.gradient),
      };
    },
    gradient: async (parameters) => (await passOverTrain(parameters)).gradient,
    dispose: async () => {
      await trainPass.executable.dispose();
      await testPass.executable.dispose();
    },
  };
}

/** `1/N sum_n grad l_n + lambda theta`, in double precision. */
const fullGradient = (
  sums: readonly Float32Array[],
  count: number,
  parameters: readonly Float32Array[],
  weightDecay: number,
): Float64Array[] =>
  zip(sums, parameters).map(([sum, values]) =>
    Float64Array.from(sum, (gradientSum, index) => gradientSum / count + weightDecay * (values[index] ?? NaN)),
  );

function normSquared(gradient: readonly Float64Array[]): number {
  let total = 0;
  for (const tensor of gradient) for (const value of tensor) total += value * value;
  return total;
}
