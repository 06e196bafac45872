import type { Program } from '@fdr/program';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  compileProgram,
  MissingKernelError,
  onnxExecutor,
  randomUniform,
  ReadWhileRecordingError,
} from '../src/index.js';
import { mlpProgram, numbers, randomState } from './reference/mlp-program.js';

tf.enableProdMode();
beforeAll(() => tf.setBackend('cpu'));

const STEPS = 50;
const EXAMPLES = 60;
const BATCH = 10;

const next = numbers(7);
const images = Uint8Array.from({ length: EXAMPLES * 12 }, () => next() * 256);
const labels = Uint8Array.from({ length: EXAMPLES }, () => next() * 3);
const indices = Int32Array.from({ length: STEPS * BATCH }, () => next() * EXAMPLES);
const learningRate = Float32Array.of(0.1);

const mlp = (momentum: number): Program =>
  mlpProgram({ widths: [12, 8, 6, 3], examples: EXAMPLES, batchSize: BATCH, weightDecay: 0.01, momentum });

/** The same program step by step on the eager cpu backend. */
function eagerly(program: Program): { state: Record<string, Float32Array>; outputs: Record<string, number[]> } {
  const outputs: Record<string, number[]> = {};
  let state = tf.tidy(() =>
    Object.fromEntries(
      Object.entries(randomState(program.state, 3)).map(([k, v]) => [k, tf.tensor(v, [...program.state[k]!.shape])]),
    ),
  );
  for (let step = 0; step < STEPS; step += 1) {
    state = tf.tidy(() => {
      const result = program.step({
        state,
        inputs: { indices: tf.tensor1d(indices.subarray(step * BATCH, (step + 1) * BATCH), 'int32') },
        settings: { learningRate: tf.scalar(0.1) },
        constants: { images: tf.tensor2d(images, [EXAMPLES, 12], 'int32'), labels: tf.tensor1d(labels, 'int32') },
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

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(found.length).toBe(expected.length);
  const scale = Math.max(...Array.from(expected, Math.abs));
  for (let i = 0; i < expected.length; i += 1)
    expect(Math.abs(found[i]! - expected[i]!)).toBeLessThanOrEqual(tolerance * scale);
}

describe('a compiled training step', () => {
  it.each([0, 0.9])('agrees with the eager cpu backend to 1e-5 over 50 steps (momentum %s)', async (momentum) => {
    const program = mlp(momentum);
    const expected = eagerly(program);
    const compiled = await compileProgram(program, { images, labels }, { threads: 1 });
    const { state, outputs } = await compiled.run({
      steps: STEPS,
      state: randomState(program.state, 3),
      inputs: { indices },
      settings: { learningRate },
    });
    await compiled.dispose();
    for (const [name, values] of Object.entries(expected.state)) expectClose(state[name] as Float32Array, values, 1e-5);
    for (const [name, values] of Object.entries(expected.outputs)) expectClose(outputs[name]!, values, 1e-5);
    expect(expected.outputs['loss']![0]! - expected.outputs['loss']!.at(-1)!).toBeGreaterThan(0.1);
  });

  it('gives the same bits in one call, in two, and on one or two threads', async () => {
    const program = mlp(0.9);
    const run = async (threads: number, lengths: number[]): Promise<string> => {
      const compiled = await compileProgram(program, { images, labels }, { threads });
      let state: Record<string, Float32Array> = randomState(program.state, 3) as Record<string, Float32Array>;
      let from = 0;
      for (const steps of lengths) {
        const slice = indices.subarray(from * BATCH, (from + steps) * BATCH);
        const result = await compiled.run({ steps, state, inputs: { indices: slice }, settings: { learningRate } });
        state = result.state as Record<string, Float32Array>;
        from += steps;
      }
      await compiled.dispose();
      return JSON.stringify(Object.entries(state).map(([k, v]) => [k, Array.from(v)]));
    };
    const once = await run(1, [50]);
    expect(await run(1, [1, 49])).toBe(once);
    expect(await run(2, [50])).toBe(once);
  });

  it('leaves the active backend and the number of tensors as before', async () => {
    const before = tf.memory().numTensors;
    const compiled = await compileProgram(mlp(0), { images, labels }, { threads: 1 });
    await compiled.dispose();
    expect(tf.getBackend()).toBe('cpu');
    expect(tf.memory().numTensors).toBe(before);
  });
});

const tiny = (step: Program['step'], more: Partial<Program> = {}): Program => ({
  name: 'tiny',
  state: { x: { shape: [2], dtype: 'float32' } },
  inputs: {},
  settings: {},
  constants: {},
  step,
  ...more,
});

describe('compileProgram', () => {
  it('runs a program without inputs that returns its state, constants, and one tensor twice', async () => {
    const program = tiny(({ state }) => {
      const doubled = tf.mul(state['x']!, 2);
      return {
        state: { x: doubled },
        outputs: {
          same: state['x']!,
          twice: doubled,
          again: doubled,
          fixed: tf.ones([2]),
          count: tf.scalar(3, 'int32'),
        },
      };
    });
    const compiled = await compileProgram(program, {}, { threads: 1 });
    const { state, outputs } = await compiled.run({
      steps: 3,
      state: { x: Float32Array.of(1, -2) },
      inputs: {},
      settings: {},
    });
    expect(state['x']).toEqual(Float32Array.of(8, -16));
    expect(outputs).toEqual({
      same: Float32Array.of(1, -2, 2, -4, 4, -8),
      twice: Float32Array.of(2, -4, 4, -8, 8, -16),
      again: Float32Array.of(2, -4, 4, -8, 8, -16),
      fixed: new Float32Array(6).fill(1),
      count: Float32Array.of(3, 3, 3),
    });
  });

  it('makes a tensor that the function brings along a constant of the graph', async () => {
    const weights = tf.tensor1d([0.5, 3]);
    const compiled = await compileProgram(
      tiny(({ state }) => ({ state: { x: tf.mul(state['x']!, weights) }, outputs: {} })),
      {},
      { threads: 1 },
    );
    weights.dispose();
    const { state } = await compiled.run({ steps: 2, state: { x: Float32Array.of(4, 1) }, inputs: {}, settings: {} });
    expect(state['x']).toEqual(Float32Array.of(1, 9));
  });

  it('rejects a missing kernel, naming it, its shapes, the operation and the way out', async () => {
    const program = tiny(({ state }) => ({ state, outputs: { y: tf.unique(state['x']!).values } }));
    await expect(compileProgram(program, {}, { threads: 1 })).rejects.toThrow(MissingKernelError);
    await expect(compileProgram(program, {}, { threads: 1 })).rejects.toThrow(
      /"Unique" \(inputs: x \[2\]\).*tf\.unique asked for it\..*registerKernel\('Unique'/,
    );
    expect(tf.getBackend()).toBe('cpu');
  });

  it('rejects a step that reads a value while it is recorded', async () => {
    const program = tiny(({ state }) => {
      const [first] = state['x']!.dataSync();
      return { state, outputs: { y: tf.scalar(first!) } };
    });
    await expect(compileProgram(program, {}, { threads: 1 })).rejects.toThrow(ReadWhileRecordingError);
    await expect(compileProgram(program, {}, { threads: 1 })).rejects.toThrow(/shape \[2\] was read/);
  });

  it('rejects a state that changes its shape, and arrays that do not fit', async () => {
    const grows = tiny(({ state }) => ({ state: { x: tf.concat([state['x']!, state['x']!]) }, outputs: {} }));
    await expect(compileProgram(grows, {}, { threads: 1 })).rejects.toThrow(
      'state "x" came back as float32 [4]; expected float32 [2]',
    );
    const compiled = await compileProgram(
      tiny(({ state }) => ({ state, outputs: {} })),
      {},
      { threads: 1 },
    );
    const call = { inputs: {}, settings: {} };
    await expect(compiled.run({ steps: 1, state: { x: new Float32Array(3) }, ...call })).rejects.toThrow(
      'state "x" is float32 with 3 values; expected float32 with 2',
    );
    await expect(compiled.run({ steps: 1, state: {}, ...call })).rejects.toThrow('state "x" is missing');
    await expect(compiled.run({ steps: 0, state: { x: new Float32Array(2) }, ...call })).rejects.toThrow(
      'steps must be a positive integer; found 0',
    );
  });

  it('says so when it runs after dispose', async () => {
    const compiled = await compileProgram(
      tiny(({ state }) => ({ state, outputs: {} })),
      {},
      { threads: 1 },
    );
    await compiled.dispose();
    await compiled.dispose();
    const call = { steps: 1, state: { x: new Float32Array(2) }, inputs: {}, settings: {} };
    await expect(compiled.run(call)).rejects.toThrow('tiny: run was called after dispose');
  });

  it('rejects a step that draws random numbers', async () => {
    const program = tiny(({ state }) => ({ state, outputs: { y: randomUniform([2]) } }));
    await expect(compileProgram(program, {}, { threads: 1 })).rejects.toThrow(/"tiny": the step draws random numbers/);
  });

  it.each([0, 1.5, NaN, 1000])('onnxExecutor throws for %s threads', (threads) => {
    expect(() => onnxExecutor({ threads })).toThrow(`threads is ${threads}`);
  });
});
