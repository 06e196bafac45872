import {
  amsgrad,
  classificationTask,
  identityTrial,
  initialParameters,
  randomState,
  sgd,
  steadyRate,
  trainingStep,
  type Optimizer,
  type TensorValues,
} from '@fdr/core';
import { IDENTITY_TOLERANCE } from '@fdr/core/relations';
import { describe, expect, it } from 'vitest';
import { sampleCnn, samplePictures } from '../../core/test/contract/sample-pictures.js';
import { distance } from '../../core/test/reference/closeness.js';
import { makeExecutor } from '../src/backends/executor.js';

const model = sampleCnn();
// 6 x 5 pictures: a column is left over when they are pooled.
const task = classificationTask({ model, data: samplePictures(48, 11), batchSize: 4 });

async function trained(backend: 'onnx' | 'cpu', optimizer: Optimizer) {
  const program = trainingStep(task.objective, optimizer, { weightDecay: 0.01 });
  const executable = await (await makeExecutor(backend, 1)).prepare(program, task.constants);
  const zeros = Object.fromEntries(
    Object.entries(program.state).map(([name, { shape }]) => [
      name,
      new Float32Array(shape.reduce((a, b) => a * b, 1)),
    ]),
  );
  const state: TensorValues = { ...zeros, ...initialParameters(model.parameters, 2) };
  const inputs = { ...task.batches(randomState(2, 'shuffling')).take(0, 10), ...steadyRate(0.05, 10) };
  const result = await executable.run({ steps: 10, state, inputs, settings: {} });
  await executable.dispose();
  return result;
}

describe('the convolutional network on the compiled executor', () => {
  it.each([
    ['sgd', sgd({ momentum: 0.9 })],
    ['amsgrad', amsgrad()],
  ])('takes the steps of the eager cpu backend, %s', async (_kind, optimizer) => {
    const [compiled, eager] = [await trained('onnx', optimizer), await trained('cpu', optimizer)];
    for (const [name, values] of Object.entries(eager.state))
      expect(distance(compiled.state[name]!, values), name).toBeLessThan(1e-4);
    for (const [name, values] of Object.entries(eager.outputs))
      expect(distance(compiled.outputs[name]!, values), name).toBeLessThan(1e-4);
    expect(Object.keys(eager.state).length).toBeGreaterThan(model.parameters.length);
  });

  it('obeys the exact identity', async () => {
    const executor = await makeExecutor('onnx', 1);
    const options = { momentum: 0.9, dampening: 0.3, learningRate: 0.1, weightDecay: 0.01, steps: 10, seed: 5 };
    const { total, tensors } = await identityTrial({ task, executor, ...options });
    for (const { defect } of [total, ...tensors]) expect(defect).toBeLessThan(IDENTITY_TOLERANCE);
  });
});
