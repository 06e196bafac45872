import type { Program } from '@fdr/program';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileProgram } from '../src/index.js';
import { disagreement } from './reference/agreement.js';
import { cnnProgram } from './reference/cnn-program.js';
import { numbers, randomState } from './reference/mlp-program.js';

tf.enableProdMode();
beforeAll(() => tf.setBackend('cpu'));

const [SIZE, EXAMPLES, BATCH] = [16, 12, 2];
const next = numbers(11);
// Flat bright patches, as in photographs: there, windows of the pooling hold the same value several times.
const images = Uint8Array.from({ length: EXAMPLES * SIZE * SIZE * 3 }, (_, i) =>
  Math.floor(i / (3 * SIZE * 8)) % 2 ? 255 : next() * 256,
);
const labels = Uint8Array.from({ length: EXAMPLES }, () => next() * 10);
const indices = Int32Array.from({ length: 10 * BATCH }, () => next() * EXAMPLES);

function initialState(program: Program): Record<string, Float32Array> {
  const state = randomState(program.state, 5) as Record<string, Float32Array>;
  // Glorot and Bengio count each number of a filter as an input: those of 5 x 5 are smaller than a matrix's.
  for (const [name, values] of Object.entries(state)) {
    const [height = 1, width = 1, channels = 0, out = 0] = program.state[name]!.shape;
    if (channels > 0)
      state[name] = values.map((value) => value * Math.sqrt((height + width) / (height * width * (channels + out))));
  }
  return state;
}

function eagerly(
  program: Program,
  steps: number,
): { state: Record<string, Float32Array>; outputs: Record<string, number[]> } {
  const outputs: Record<string, number[]> = {};
  let state: Record<string, tf.Tensor> = Object.fromEntries(
    Object.entries(initialState(program)).map(([k, v]) => [k, tf.tensor(v, [...program.state[k]!.shape])]),
  );
  for (let step = 0; step < steps; step += 1) {
    state = tf.tidy(() => {
      const result = program.step({
        state,
        inputs: { indices: tf.tensor1d(indices.subarray(step * BATCH, (step + 1) * BATCH), 'int32') },
        settings: { learningRate: tf.scalar(0.05) },
        constants: {
          images: tf.tensor4d(images, [EXAMPLES, SIZE, SIZE, 3], 'int32'),
          labels: tf.tensor1d(labels, 'int32'),
        },
      });
      for (const [k, tensor] of Object.entries(result.outputs)) (outputs[k] ??= []).push(...tensor.dataSync());
      return result.state;
    });
  }
  return {
    state: Object.fromEntries(Object.entries(state).map(([k, t]) => [k, t.dataSync() as Float32Array])),
    outputs,
  };
}

describe("a compiled step of the paper's convolutional network", () => {
  it.each([
    [10, 'before ReLU'],
    [3, 'after ReLU'],
  ] as const)(
    'agrees with the eager cpu backend to 1e-4 over %s steps, pooled %s',
    async (steps, pooled) => {
      const program = cnnProgram({
        size: SIZE,
        examples: EXAMPLES,
        batchSize: BATCH,
        weightDecay: 0.01,
        momentum: 0.9,
        pooled,
      });
      const expected = eagerly(program, steps);
      const compiled = await compileProgram(program, { images, labels }, { threads: 2 });
      const { state, outputs } = await compiled.run({
        steps,
        state: initialState(program),
        inputs: { indices: indices.subarray(0, steps * BATCH) },
        settings: { learningRate: Float32Array.of(0.05) },
      });
      await compiled.dispose();
      for (const [name, values] of Object.entries(expected.state))
        expect(disagreement(values, state[name] as Float32Array), name).toBeLessThan(1e-4);
      for (const [name, values] of Object.entries(expected.outputs))
        expect(disagreement(Float32Array.from(values), outputs[name]!), name).toBeLessThan(1e-4);
      // The parameters moved: it is not the initial values that agree.
      for (const [name, values] of Object.entries(initialState(program)))
        expect(disagreement(values, expected.state[name]!), name).toBeGreaterThan(1e-2);
    },
    600_000,
  );
});

describe('a compiled step with convolutions', () => {
  it('gives the same bits on one thread and on two', async () => {
    const program = cnnProgram({
      size: SIZE,
      examples: EXAMPLES,
      batchSize: 6,
      weightDecay: 0.01,
      momentum: 0.9,
      pooled: 'before ReLU',
    });
    const run = async (threads: number): Promise<string> => {
      const compiled = await compileProgram(program, { images, labels }, { threads });
      const result = await compiled.run({
        steps: 3,
        state: initialState(program),
        inputs: { indices: indices.subarray(0, 18) },
        settings: { learningRate: Float32Array.of(0.05) },
      });
      await compiled.dispose();
      return JSON.stringify(Object.entries(result.state).map(([name, values]) => [name, Array.from(values)]));
    };
    expect(await run(2)).toBe(await run(1));
  });
});

describe('a convolution that can not be recorded', () => {
  const program = (convolve: (x: tf.Tensor4D, filter: tf.Tensor4D) => tf.Tensor): Program => ({
    name: 'rejected',
    state: {},
    inputs: {},
    settings: { x: { shape: [1, 8, 8, 2], dtype: 'float32' }, filter: { shape: [3, 3, 2, 2], dtype: 'float32' } },
    constants: {},
    step: ({ settings: { x, filter } }) => ({
      state: {},
      outputs: { y: convolve(x as tf.Tensor4D, filter as tf.Tensor4D) },
    }),
  });

  it('is rejected by its data format', async () => {
    const first = program((x, filter) => tf.conv2d(tf.transpose(x, [0, 3, 1, 2]), filter, 1, 'same', 'NCHW'));
    await expect(compileProgram(first, {}, { threads: 1 })).rejects.toThrow(
      'Conv2D with dataFormat NCHW is not recorded; expected dataFormat NHWC.',
    );
  });
});
