// The second relation of a small regression: the curvature of the loss from the noise of the training, against its Hessian.
import { constant, eagerExecutor, mlp, normal, randomState, regressionTask, sgd, train } from '@fdr/core';
import { secondRelation, stationaryRun, type SecondRelationRun } from '@fdr/core/relations';

const [COUNT, INPUTS, WEIGHT_DECAY] = [64, 3, 0.1];
const inputs = normal(randomState(1, 'shuffling'), COUNT * INPUTS, 1).values;
const targets = normal(randomState(2, 'shuffling'), COUNT, 1).values;
// Independent mini-batches, as the theory has them.
const task = regressionTask({
  model: mlp([INPUTS, 1]),
  train: { inputs, targets },
  batchSize: 4,
  sampling: 'replacement',
});

async function stationary(learningRate: number, seed: number): Promise<SecondRelationRun> {
  const settings = { executor: eagerExecutor('cpu'), optimizer: sgd(), schedule: constant() };
  const epochs = [];
  for await (const item of train({ task, ...settings, learningRate, weightDecay: WEIGHT_DECAY, epochs: 25, seed }))
    if (item.type === 'epoch') epochs.push(item.record);
  return stationaryRun(epochs, { momentum: 0, dampening: 0, seed });
}

const runs: SecondRelationRun[] = [];
for (const learningRate of [0.1, 0.2]) for (const seed of [1, 2]) runs.push(await stationary(learningRate, seed));
const { trace, noiseTrace, curvature } = secondRelation(runs);

console.log('Tr(H C~)', trace.mean.toFixed(2), 'Tr C~', noiseTrace.mean.toFixed(2));
console.log('curvature in the directions of the noise', curvature.mean.toFixed(2), curvature.low, curvature.high);
// Inputs have variance 1: each direction of the Hessian, mean of x x^T, is about 1, and weight decay adds to it.
console.log('mean curvature of the loss, about', 1 + WEIGHT_DECAY);
