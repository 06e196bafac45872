import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import { Tensor } from 'onnxruntime-node';
import { leaves, withLeaves, type Nested } from './nested.js';
import { randomNumbers } from './random-inputs.js';
import { recordFunction, type TensorValue } from './recorded-function.js';
import { openSession } from './session.js';
import { sameShape } from './shape.js';

/** Options of {@link compileWith}. */
export interface CompileOptions {
  /** Threads inside one operator, at least 1; by default as many as the machine has processors. */
  readonly threads?: number;
  /** Seed of `randomUniform`, `randomNormal` and `dropout`, a whole number; 0 by default. */
  readonly seed?: number;
}

/** A compiled function. Calls that overlap run one after another. */
export interface Compiled<Arguments extends Nested[], Result> {
  /**
   * Runs the function.
   *
   * @param given tensors of the examples' shapes and types; they stay the caller's
   * @returns tensors on the active backend, which the caller disposes
   * @throws TypeError if an argument does not fit its example; Error after {@link dispose}
   */
  (...given: Arguments): Promise<Result>;
  /** Frees what the function holds; it can't be called after that. */
  dispose(): Promise<void>;
}

/**
 * Turns a function of tensors into one ONNX Runtime call.
 *
 * The function is called once, on symbols: it may do everything with tensors except read their values, and what depends on the
 * examples is only their shapes and types. Gradients (`tf.grads`, `tf.variableGrads`) are recorded too. Variables that it reads
 * are read anew in each call; those that it assigns, itself or through a `tf.Optimizer` or batch normalisation, are assigned after each call.
 * Other tensors and numbers from outside become constants.
 *
 * @example
 * const optimizer = tf.train.adam(0.01);
 * const step = await compile((x, y) => optimizer.minimize(() => tf.losses.meanSquaredError(y, model.apply(x)), true), x, y);
 * const loss = await step(x, y);
 *
 * @param examples tensors, or arrays and records of tensors, of the shapes and types of all later calls
 * @throws MissingKernelError, RandomWhileRecordingError, ReadWhileRecordingError, StaleSymbolError if the function can't be recorded
 */
export function compile<Arguments extends Nested[], Result>(
  fn: (...given: Arguments) => Result,
  ...examples: Arguments
): Promise<Compiled<Arguments, Result>> {
  return compileWith({}, fn, ...examples);
}

/** As {@link compile}, with options. */
export async function compileWith<Arguments extends Nested[], Result>(
  { threads = availableParallelism(), seed = 0 }: CompileOptions,
  fn: (...given: Arguments) => Result,
  ...examples: Arguments
): Promise<Compiled<Arguments, Result>> {
  const recorded = await recordFunction(fn, examples);
  const session = await openSession(recorded.model, threads);
  const draw = randomNumbers(seed);
  let disposed = false;

  async function run(given: Arguments): Promise<Result> {
    if (disposed) throw new Error('A compiled function was called after dispose. Compile it again.');
    const feeds: Record<string, Tensor> = {};
    for (const [value, tensor] of matched(recorded.arguments, given)) feeds[value.name] = await fed(value, tensor);
    for (const slot of recorded.read) feeds[slot.name] = await fed(slot, slot.variable);
    for (const { name, shape, distribution } of recorded.random)
      feeds[name] = new Tensor('float32', draw(tf.util.sizeFromShape([...shape]), distribution), shape);
    const outputs = await session.run(feeds);
    const tensor = ({ name, shape, dtype }: TensorValue): tf.Tensor =>
      tf.tensor(outputs[name]?.data as tf.TypedArray, [...shape], dtype);
    for (const slot of recorded.assigned) {
      const next = tensor(slot);
      slot.variable.assign(next);
      next.dispose();
    }
    return withLeaves(recorded.structure, recorded.results.map(tensor));
  }

  let last: Promise<unknown> = Promise.resolve();
  const call = (...given: Arguments): Promise<Result> => {
    const result = last.then(() => run(given));
    last = result.catch(() => undefined);
    return result;
  };
  const dispose = async (): Promise<void> => {
    await last;
    if (!disposed) await session.release();
    disposed = true;
  };
  return Object.assign(call, { dispose });
}

/**
 * A function of tensors as the bytes of an ONNX model (operator set 18). Its inputs are `arguments/0`, `arguments/0/name`, ... by the
 * nesting of the arguments, then the variables that the function reads and the random numbers that it draws; its outputs are
 * `results/...` and the variables that it assigns.
 *
 * @param examples as {@link compile} takes them
 */
export async function toOnnx<Arguments extends Nested[]>(
  fn: (...given: Arguments) => unknown,
  ...examples: Arguments
): Promise<Uint8Array> {
  return (await recordFunction(fn, examples)).model;
}

function matched(expected: readonly TensorValue[], given: readonly unknown[]): [TensorValue, tf.Tensor][] {
  const found = new Map(leaves(given).map(([path, tensor]) => [`arguments/${path}`, tensor]));
  return expected.map((value) => {
    const { name, shape, dtype } = value;
    const tensor = found.get(name);
    if (tensor && sameShape(tensor.shape, shape) && tensor.dtype === dtype) return [value, tensor];
    const what = tensor ? `${tensor.dtype} [${tensor.shape.join()}]` : 'missing';
    throw new TypeError(`${name} is ${what}; expected ${dtype} [${shape.join()}], as in the example.`);
  });
}

async function fed({ shape, dtype }: TensorValue, tensor: tf.Tensor): Promise<Tensor> {
  const values = await tensor.data();
  if (dtype === 'bool') return new Tensor('bool', Uint8Array.from(values), shape);
  return dtype === 'int32'
    ? new Tensor('int32', Int32Array.from(values), shape)
    : new Tensor('float32', Float32Array.from(values), shape);
}
