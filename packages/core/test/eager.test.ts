import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it, vi } from 'vitest';
import { mlp } from '../src/models/mlp.js';
import { sgd } from '../src/optimizers/sgd.js';
import { initialParameters } from '../src/parameters.js';
import { randomState } from '../src/random.js';
import { classificationTask } from '../src/training/classification-task.js';
import { eagerExecutor } from '../src/training/eager.js';
import { steadyRate, trainingStep } from '../src/training/step.js';
import { executorContract } from './contract/executor-contract.js';
import { SAMPLE_WIDTHS, sampleImages } from './contract/sample-images.js';

executorContract('cpu', () => eagerExecutor('cpu'));
executorContract('wasm', () => eagerExecutor('wasm'));

describe('the eager executor', () => {
  const model = mlp(SAMPLE_WIDTHS);
  const task = classificationTask({ model, data: sampleImages(), batchSize: 6 });
  const program = trainingStep(task.objective, sgd({ momentum: 0, dampening: 0 }), { weightDecay: 0.01 });
  const call = (steps: number) => ({
    steps,
    state: initialParameters(model.parameters, 1),
    inputs: { ...task.batches(randomState(1, 'shuffling')).take(0, steps), ...steadyRate(0.1, steps) },
    settings: {},
  });

  it('holds as many tensors after many steps as after one, and none once disposed', async () => {
    await tf.setBackend('cpu');
    const { numTensors } = tf.memory();
    const executor = eagerExecutor('cpu');
    const executable = await executor.prepare(program, task.constants);
    const prepared = tf.memory().numTensors;
    await executable.run(call(1));
    expect(tf.memory().numTensors).toBe(prepared);
    for (let time = 0; time < 20; time++) await executable.run(call(10));
    expect(tf.memory().numTensors).toBe(prepared);
    await executable.dispose();
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it('downloads each output of all steps at once, and never waits for the device inside a call', async () => {
    await tf.setBackend('cpu');
    const executable = await eagerExecutor('cpu').prepare(program, task.constants);
    const [read, readSync] = [vi.spyOn(tf.engine(), 'read'), vi.spyOn(tf.engine(), 'readSync')];
    const { state, outputs } = await executable.run(call(10));
    expect(readSync).not.toHaveBeenCalled();
    expect(read).toHaveBeenCalledTimes(Object.keys({ ...state, ...outputs }).length);
    vi.restoreAllMocks();
    await executable.dispose();
  });

  it('frees everything when a step throws', async () => {
    const { numTensors } = tf.memory();
    const failing = { ...program, step: () => { throw new Error('on purpose'); } }; // prettier-ignore
    const executable = await eagerExecutor('cpu').prepare(failing, task.constants);
    await expect(executable.run(call(1))).rejects.toThrow('on purpose');
    await executable.dispose();
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it('uploads an array once, for all programs that use it', async () => {
    const executor = eagerExecutor('cpu');
    const before = tf.memory().numDataBuffers;
    const first = await executor.prepare(program, task.constants);
    expect(tf.memory().numDataBuffers).toBe(before + 2);
    const second = await executor.prepare(program, task.constants);
    expect(tf.memory().numDataBuffers).toBe(before + 2);
    await first.dispose();
    const { outputs } = await second.run(call(1));
    expect(Number.isFinite(outputs['loss']?.[0])).toBe(true);
    await second.dispose();
    expect(tf.memory().numDataBuffers).toBe(before);
  });

  it('names a backend that is not there', async () => {
    await expect(eagerExecutor('abacus').prepare(program, task.constants)).rejects.toThrow(/no backend "abacus"/);
  });
});
