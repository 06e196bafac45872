import * as tf from '@tensorflow/tfjs';
import type { Sampling } from '@fdr/records';
import { dataTypeOf, sizeOf, type Tensors, type TensorSpecs, type TensorValues, type TypedArray } from '@fdr/program';
import type { ParameterSpec } from '../parameters.js';
import { OptionError } from '../validate.js';
import type { ExamplePass } from './example-pass.js';
import { examplesEvaluator } from './examples-evaluator.js';
import { miniBatches } from './mini-batches.js';
import type { Task } from './task.js';

/** One thing that is known of every example: its picture, its target. */
export interface Examples {
  /** Example after example, row-major. */
  readonly values: TypedArray;
  /** Of one example: [28, 28], or [] for a number. */
  readonly shape: readonly number[];
}

/** What {@link exampleTask} trains, and on what. */
export interface ExampleTaskOptions<Name extends string = string> {
  /** A snapshot is resumed only by a task of the same name. */
  readonly name: string;
  readonly parameters: readonly ParameterSpec[];
  /** Training examples, by names of the caller's choice. */
  readonly examples: Readonly<Record<Name, Examples>>;
  /** Test examples, of the same names and shapes; without them test losses are NaN. */
  readonly test?: Readonly<Record<Name, Examples>> | undefined;
  /** Examples a step, in [1, number of training examples]. */
  readonly batchSize: number;
  /** How mini-batches are drawn; `shuffle` by default. */
  readonly sampling?: Sampling | undefined;
  /** False evaluates nothing at epochs' ends; true by default. */
  readonly evaluates?: boolean | undefined;
  /**
   * The loss of each example of a mini-batch, a pure function on tensors.
   *
   * @param parameters in the order of `parameters`.
   * @param batch by the names of `examples`, [batch, ...shape]; bytes are int32.
   * @returns float32 [batch].
   */
  readonly loss: (parameters: readonly tf.Tensor[], batch: Readonly<Record<Name, tf.Tensor>>) => tf.Tensor;
}

type ExampleSet = Readonly<Record<string, Examples>>;

/** How many there are. @throws OptionError if the lists have different lengths, or a part of an example. */
function countOf(option: string, examples: ExampleSet): number {
  const counts = Object.entries(examples).map(([name, { values, shape }]) => ({
    name,
    count: values.length / sizeOf(shape),
  }));
  const [first] = counts;
  if (!first) throw new OptionError(option, 'at least one list of examples', 'none');
  for (const { name, count } of counts)
    if (!Number.isInteger(count) || count < 1 || count !== first.count)
      throw new OptionError(
        `${option}.${name}`,
        `a positive number of whole examples, as many as ${first.name}`,
        count,
      );
  return first.count;
}

const specsOf = (count: number, examples: ExampleSet): TensorSpecs =>
  Object.fromEntries(
    Object.entries(examples).map(([name, { values, shape }]) => [
      name,
      { shape: [count, ...shape], dtype: dataTypeOf(values) },
    ]),
  );

const valuesOf = (examples: ExampleSet): TensorValues =>
  Object.fromEntries(Object.entries(examples).map(([name, { values }]) => [name, values]));

/** The examples at the input `indices`. */
function gathered<Name extends string>(constants: Tensors, { indices }: Tensors): Record<Name, tf.Tensor> {
  if (!indices) throw new Error('a step of an example task takes the input "indices"');
  const batches = Object.entries(constants).map(([name, all]) => {
    const batch = tf.gather(all, indices);
    // TensorFlow.js has int32 for bytes already; an executor that keeps the bytes of the spec has not.
    return [name, batch.dtype === 'float32' ? batch : tf.cast(batch, 'int32')];
  });
  // The constants have the names of the examples, which `Object.fromEntries` forgets.
  return Object.fromEntries(batches) as Record<Name, tf.Tensor>;
}

/**
 * Training by any loss that is a mean over examples, `f^B = 1/B sum_b l(theta, example_b)`, on data in memory.
 *
 * @throws OptionError naming the option: examples that do not fit one another, a batch size that does not fit them.
 * @example
 * const task = exampleTask({
 *   name: 'line',
 *   parameters: [{ name: 'slope', shape: [], initialization: { kind: 'constant', value: 0 } }],
 *   examples: { x: { values: Float32Array.of(1, 2), shape: [] }, y: { values: Float32Array.of(2, 4), shape: [] } },
 *   batchSize: 1,
 *   loss: ([slope], { x, y }) => tf.square(tf.sub(tf.mul(slope!, x), y)),
 * });
 */
export function exampleTask<Name extends string>(options: ExampleTaskOptions<Name>): Task {
  const { name, parameters, examples, test, batchSize, loss, evaluates = true } = options;
  const passOf = (set: ExampleSet, option: string) => {
    const count = countOf(option, set);
    const pass: ExamplePass = {
      name,
      parameters,
      count,
      specs: specsOf(count, set),
      judge: (theta, inputs, constants) => ({ losses: loss(theta, gathered(constants, inputs)) }),
    };
    return { pass, values: valuesOf(set) };
  };
  const train = passOf(examples, 'examples');
  const tested = test && passOf(test, 'test');
  return {
    objective: {
      name,
      parameters,
      inputs: { indices: { shape: [batchSize], dtype: 'int32' } },
      constants: train.pass.specs,
      loss: (theta, inputs, constants) => tf.div(tf.sum(loss(theta, gathered(constants, inputs))), batchSize),
    },
    constants: train.values,
    ...miniBatches(train.pass.count, batchSize, options.sampling),
    evaluator: evaluates ? examplesEvaluator({ train, test: tested }) : undefined,
  };
}
