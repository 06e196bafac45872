// An optimizer, a schedule, an observable and a loss of one's own in `train()`.
import * as tf from '@tensorflow/tfjs';
import { defineOptimizer, eagerExecutor, exampleTask, randomState, train, uniform, type Observable, type Schedule } from '@fdr/core'; // prettier-ignore

/** theta <- theta - eta sign(grad f^B) */
const signSgd = defineOptimizer({
  settings: { kind: 'sign-sgd' },
  slots: [],
  scalars: [],
  update: (parameters, gradients, state, learningRate) => ({
    parameters: parameters.map((parameter, index) => {
      const gradient = gradients[index] ?? tf.zerosLike(parameter);
      return tf.sub(parameter, tf.mul(learningRate, tf.sign(gradient)));
    }),
    state,
  }),
});

const halving: Schedule = {
  settings: { kind: 'halving' },
  begin: () => ({ state: {}, warnings: [] }),
  decide: (state, { learningRate }) => ({
    state,
    learningRate: learningRate / 2,
    reason: { rule: 'halving', message: 'an epoch had passed' },
  }),
};

const largestGradient: Observable = {
  name: 'largestGradient',
  meaning: 'largest element of grad f^B',
  columns: 'tensors',
  measure: ({ gradients }) => tf.stack(gradients.map((gradient) => tf.max(tf.abs(gradient)))),
};

const { values: x } = uniform(randomState(1, 'shuffling'), 200, 1);
const task = exampleTask({
  name: 'line',
  parameters: [{ name: 'slope', shape: [1], initialization: { kind: 'constant', value: 0 } }],
  examples: { x: { values: x, shape: [1] }, y: { values: x.map((value) => 3 * value), shape: [1] } },
  batchSize: 10,
  loss: ([slope = tf.zeros([1])], batch) => tf.sum(tf.abs(tf.sub(tf.mul(slope, batch.x), batch.y)), 1),
});

const options = { optimizer: signSgd, schedule: halving, observables: [largestGradient], seed: 1 };
const training = train({
  task,
  executor: eagerExecutor('cpu'),
  learningRate: 0.1,
  weightDecay: 0,
  epochs: 5,
  ...options,
});
for await (const item of training)
  if (item.type === 'epoch')
    console.log('epoch', item.record.epoch, 'eta', item.record.learningRate, item.record.trainLoss.toFixed(3));
console.log('slope', training.snapshot().tensors['slope']?.values[0]);
