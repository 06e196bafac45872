import type { Executor, TensorValues } from '@fdr/program';
import { weightDecayValue } from '../losses/weight-decay.js';
import { namedSlot, slotValues, zeroSlot } from '../parameters.js';
import { zip } from '../zip.js';
import { chunkSize, passProgram, type ExamplePass } from './example-pass.js';
import type { EvaluatedTask, Evaluation } from './task.js';

/** Examples to evaluate: how they are judged, and their data. */
interface EvaluatedExamples {
  readonly pass: ExamplePass;
  readonly values: TensorValues;
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

/** NaN where there is no such output. */
const meanOf = (values: Float32Array | undefined, count: number): number =>
  values ? values.reduce((sum, value) => sum + value, 0) / count : NaN;

/**
 * Full passes over training and test examples, the L2 term included in losses and gradient.
 *
 * @param examples test examples may be left out: NaN.
 */
export function examplesEvaluator(examples: {
  readonly train: EvaluatedExamples;
  readonly test?: EvaluatedExamples | undefined;
}): EvaluatedTask['evaluator'] {
  const { train, test } = examples;
  const { parameters: specs, count } = train.pass;
  return async (executor, weightDecay) => {
    const trainPass = await prepared(executor, train, true);
    const testPass =
      test &&
      (await prepared(executor, test, false).catch(async (error: unknown) => {
        await trainPass.executable.dispose();
        throw error;
      }));
    const zeros = zeroSlot('gradients', specs);
    const passOverTrain = async (parameters: readonly Float32Array[]) => {
      const settings = namedSlot('parameters', specs, parameters);
      const { outputs, state } = await trainPass.executable.run({ ...trainPass, state: zeros, settings });
      return { outputs, gradient: fullGradient(slotValues('gradients', specs, state), count, parameters, weightDecay) };
    };
    return {
      evaluate: async (parameters): Promise<Evaluation> => {
        const settings = namedSlot('parameters', specs, parameters);
        const onTrain = await passOverTrain(parameters);
        const onTest = await testPass?.executable.run({ ...testPass, state: {}, settings });
        const penalty = weightDecayValue(parameters, weightDecay);
        const testCount = test?.pass.count ?? NaN;
        return {
          trainLoss: meanOf(onTrain.outputs['loss'], count) + penalty,
          trainAccuracy: meanOf(onTrain.outputs['correct'], count),
          testLoss: meanOf(onTest?.outputs['loss'], testCount) + penalty,
          testAccuracy: meanOf(onTest?.outputs['correct'], testCount),
          gradientNormSquared: normSquared(onTrain.gradient),
        };
      },
      gradient: async (parameters) => (await passOverTrain(parameters)).gradient,
      dispose: async () => {
        await trainPass.executable.dispose();
        await testPass?.executable.dispose();
      },
    };
  };
}

async function prepared(executor: Executor, { pass, values }: EvaluatedExamples, gradient: boolean) {
  const chunk = chunkSize(pass.count, pass.largestChunk);
  const executable = await executor.prepare(passProgram(pass, { chunk, gradient }), values);
  return { executable, ...passOver(pass.count, chunk) };
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
