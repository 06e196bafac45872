import { parentPort, workerData } from 'node:worker_threads';
import {
  classificationTask,
  initialParameters,
  randomState,
  sgd,
  steadyRate,
  trainingStep,
  type TensorValues,
} from '@fdr/core';
import { makeExecutor } from '@fdr/training';
import { networkFor } from '@fdr/training/compute';
import type { ExecutorThreadData } from './candidate.js';
import { BATCH_SIZE, benchmarkImages, repeated, WEIGHT_DECAY } from './network.js';

const { network, backend, threads } = workerData as ExecutorThreadData;
const { train, ...data } = benchmarkImages(network);
const images = repeated(train.images, network);
const labels = repeated(train.labels, network);
const model = networkFor(network.model, data);
const task = classificationTask({
  model,
  data: { ...data, train: { images, labels, count: network.examples } },
  batchSize: BATCH_SIZE,
});
const optimizer = sgd({ momentum: network.momentum });
const program = trainingStep(task.objective, optimizer, { weightDecay: WEIGHT_DECAY });
const executable = await (await makeExecutor(backend, threads)).prepare(program, task.constants);
const batches = task.batches(randomState(1, 'shuffling'));
const zeros = Object.entries(program.state).map(([name, { shape }]): [string, Float32Array] => [
  name,
  new Float32Array(shape.reduce((product, size) => product * size, 1)),
]);
let state: TensorValues = { ...Object.fromEntries(zeros), ...initialParameters(model.parameters, 1) };

async function makeSteps(steps: number): Promise<void> {
  const inputs = { ...batches.take(0, steps), ...steadyRate(network.learningRate, steps) };
  const began = performance.now();
  const result = await executable.run({ steps, state, inputs, settings: {} });
  parentPort?.postMessage(performance.now() - began);
  state = result.state;
}

parentPort?.on('message', (steps: number) => void makeSteps(steps));
parentPort?.postMessage('ready');
