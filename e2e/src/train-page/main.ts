// What a page of someone else does: a training by `train()`, and one by `model.fit`, on whichever backend.
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import {
  classificationTask,
  cnn,
  completeWasmBackend,
  constant,
  eagerExecutor,
  equilibriumSchedule,
  randomState,
  sgd,
  tfOptimizer,
  train,
  uniform,
} from '@fdr/core';

setWasmPaths({
  'tfjs-backend-wasm.wasm': plain,
  'tfjs-backend-wasm-simd.wasm': simd,
  'tfjs-backend-wasm-threaded-simd.wasm': threaded,
});
completeWasmBackend();

const [COUNT, SIZE, CLASSES] = [24, 8, 3];

/** Pictures under noise; the class is how bright they are. */
function pictures(seed: number) {
  const noise = uniform(randomState(seed, 'shuffling'), COUNT * SIZE * SIZE, 60).values;
  const labels = Uint8Array.from({ length: COUNT }, (_, index) => index % CLASSES);
  const images = Uint8Array.from(noise, (value, at) => 60 * (1 + (labels[Math.floor(at / SIZE ** 2)] ?? 0)) + value);
  return { images, labels, count: COUNT };
}

/** The ratio O_L / O_R at each epoch's end of a small convolutional network. */
async function trainOn(backend: string): Promise<number[]> {
  const task = classificationTask({
    model: cnn({ inputShape: [SIZE, SIZE, 1], channels: [3], filter: 3, outputs: CLASSES }),
    data: {
      train: pictures(1),
      test: pictures(2),
      imageShape: [SIZE, SIZE, 1],
      classes: CLASSES,
      normalization: { mean: 0.5, deviation: 0.3 },
    },
    batchSize: 6,
  });
  const options = { optimizer: sgd({ momentum: 0.5 }), schedule: constant(), learningRate: 0.05, weightDecay: 0.1 };
  const ratios: number[] = [];
  for await (const item of train({ task, executor: eagerExecutor(backend), ...options, epochs: 3, seed: 1 }))
    if (item.type === 'epoch') ratios.push(item.record.ratio);
  return ratios;
}

/** The same of a LayersModel with a convolution and the callback. */
async function fitOn(backend: string): Promise<unknown> {
  await tf.setBackend(backend);
  const start = { kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }) };
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [6, 6, 1], ...start }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 1, ...start }),
    ],
  });
  const optimizer = tfOptimizer(sgd({ momentum: 0.5 }), { learningRate: 0.02, weightDecay: 0.1 });
  model.compile({ optimizer, loss: 'meanSquaredError' });
  const numbers = uniform(randomState(3, 'shuffling'), 20 * 37, 1).values;
  const [x, y] = [tf.tensor(numbers.subarray(20), [20, 6, 6, 1]), tf.tensor(numbers.subarray(0, 20), [20, 1])];
  const callbacks = equilibriumSchedule();
  const { history } = await model.fit(x, y, { epochs: 3, batchSize: 5, shuffle: false, callbacks });
  model.dispose();
  optimizer.dispose();
  tf.dispose([x, y]);
  return history['ratio'];
}

/** What one of them leaves behind, beside what it returns. */
async function measured(kind: 'train' | 'fit', backend: string) {
  await tf.setBackend(backend);
  const { numTensors, numDataBuffers } = tf.memory();
  const ratios = await (kind === 'train' ? trainOn(backend) : fitOn(backend));
  const after = tf.memory();
  return { ratios, tensors: after.numTensors - numTensors, buffers: after.numDataBuffers - numDataBuffers };
}

Object.assign(window, { measured });
