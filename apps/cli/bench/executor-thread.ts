import { parentPort, workerData } from 'node:worker_threads';
import {
  classificationTask,
  initialParameters,
  mlp,
  randomState,
  sgd,
  trainingStep,
  type TensorValues,
} from '@fdr/core';
import { makeExecutor } from '../src/backends/executor.js';
import type { ExecutorAssignment } from './contender.js';

const EXAMPLES = 60_000;
const PIXELS = 784;
const BATCH = 100;

const { backend, threads } = workerData as ExecutorAssignment;
const model = mlp([PIXELS, 200, 200, 10]);
// Bytes of any value cost the same; those of MNIST need not be read for it.
const bytes = (count: number, below: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, i) => (i * 40_503) % below);
const train = { images: bytes(EXAMPLES * PIXELS, 256), labels: bytes(EXAMPLES, 10), count: EXAMPLES };
const test = { images: bytes(PIXELS, 256), labels: bytes(1, 10), count: 1 };
const normalization = { mean: 0.1307, deviation: 0.3081 };
const data = { train, test, imageShape: [28, 28], classes: 10, normalization };
const task = classificationTask({ model, data, batchSize: BATCH });
const program = trainingStep(task.objective, sgd({ momentum: 0, dampening: 0 }), { weightDecay: 0.01 });
const executable = await (await makeExecutor(backend, threads)).prepare(program, task.constants);
const batches = task.batches(randomState(1, 'shuffling'));
let state: TensorValues = initialParameters(model.parameters, 1);

parentPort?.on('message', (steps: number) => {
  void (async () => {
    const inputs = batches.take(0, steps);
    const began = performance.now();
    const result = await executable.run({ steps, state, inputs, settings: { learningRate: Float32Array.of(0.1) } });
    parentPort?.postMessage(performance.now() - began);
    state = result.state;
  })();
});
parentPort?.postMessage('ready');
