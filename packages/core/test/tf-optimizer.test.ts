import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adam } from '../src/optimizers/adam.js';
import { amsgrad } from '../src/optimizers/amsgrad.js';
import { dog } from '../src/optimizers/dog.js';
import type { Optimizer } from '../src/optimizers/optimizer.js';
import { prodigy } from '../src/optimizers/prodigy.js';
import { scheduleFree } from '../src/optimizers/schedule-free.js';
import { sgd } from '../src/optimizers/sgd.js';
import { normal, randomState } from '../src/random.js';
import { tfOptimizer, type TfOptimizer } from '../src/tfjs/tf-optimizer.js';
import {
  elementwise,
  plainDog,
  plainMoments,
  plainProdigy,
  plainSgd,
  type PlainDescent,
} from './reference/optimizers.js';

const SIZES = [6, 2] as const;
const START = [0.3, -1, 0.5, 0.2, -0.1, 0.7, 0.05, -0.4];
const STEPS = 30;
const GRADIENTS = Array.from({ length: STEPS }, (_, step) =>
  [...normal(randomState(step, 'shuffling'), 8, step === 5 ? 20 : 1).values].map((value, position) =>
    Math.fround(value * 10 ** (position - 5)),
  ),
);

let variables: tf.Variable[] = [];
let before = 0;

const fresh = (): tf.Variable[] => [
  tf.variable(tf.tensor(START.slice(0, SIZES[0]), [2, 3])),
  tf.variable(tf.tensor(START.slice(SIZES[0]), [2])),
];

beforeEach(async () => {
  await tf.setBackend('cpu');
  before = tf.memory().numTensors;
  variables = tf.tidy(fresh);
});

afterEach(() => {
  tf.dispose(variables);
  // Whatever a test has made is gone.
  expect(tf.memory().numTensors).toBe(before);
});

/** Steps along given gradients, of the loss `theta . g`. */
function descend(optimizer: tf.Optimizer, gradients: readonly (readonly number[])[], list = variables): void {
  for (const gradient of gradients)
    tf.tidy(() => {
      const slopes = [tf.tensor(gradient.slice(0, SIZES[0]), [2, 3]), tf.tensor(gradient.slice(SIZES[0]), [2])];
      optimizer.minimize(
        () => tf.addN(list.map((variable, index) => tf.sum(tf.mul(variable, slopes[index]!)))),
        false,
        list,
      );
    });
}

const values = (list = variables): number[] => list.flatMap((variable) => [...variable.dataSync()]);

/** The largest distance, relative to how far the parameters have gone. */
const error = (found: readonly number[], expected: readonly number[]): number =>
  Math.max(
    ...found.map((value, i) => Math.abs(value - expected[i]!) / (2e-5 * Math.abs(expected[i]! - START[i]!) + 1e-6)),
  );

const ROWS: readonly (readonly [string, () => Optimizer, PlainDescent])[] = [
  ['sgd', () => sgd(), elementwise(plainSgd(0, 0))],
  ['sgd with momentum and dampening', () => sgd({ momentum: 0.9, dampening: 0.3 }), elementwise(plainSgd(0.9, 0.3))],
  ['adam', () => adam(), elementwise(plainMoments(false))],
  ['amsgrad', () => amsgrad({ beta1: 0.8, beta2: 0.9 }), elementwise(plainMoments(true, 0.8, 0.9))],
  ['dog', () => dog({ initialMovement: 0.1 }), plainDog(0.1)],
  ['prodigy', () => prodigy({ initialDistance: 0.1 }), plainProdigy(0.1)],
];

describe.each(ROWS)('tfOptimizer of %s', (_, make, plain) => {
  it('goes where plain numbers go, and frees what it has made', () => {
    const optimizer = tfOptimizer(make(), { learningRate: 0.125 });
    descend(optimizer, GRADIENTS);
    expect(error(values(), plain(START.map(Math.fround), GRADIENTS, 0.125))).toBeLessThan(1);
    expect(optimizer.iterations).toBe(STEPS);
    const held = tf.memory().numTensors;
    descend(optimizer, GRADIENTS);
    expect(tf.memory().numTensors).toBe(held);
    optimizer.dispose();
    expect(tf.memory().numTensors).toBe(before + variables.length);
  });

  it('goes on to the last bit from the state and the configuration that it has saved', async () => {
    const first = tfOptimizer(make(), { learningRate: 0.125, weightDecay: 0.01 });
    descend(first, GRADIENTS.slice(0, 11));
    const loaded = reloaded(first);
    const others = tf.tidy(() => variables.map((variable) => tf.variable(tf.clone(variable))));
    await loaded.setWeights(await first.getWeights());
    // What was loaded can be saved before a step.
    expect((await loaded.getWeights()).length).toBe((await first.getWeights()).length);
    descend(first, GRADIENTS.slice(11));
    descend(loaded, GRADIENTS.slice(11), others);
    expect(values(others)).toEqual(values());
    expect(loaded.iterations).toBe(STEPS);
    first.dispose();
    loaded.dispose();
    tf.dispose(others);
  });
});

/** The optimizer that TensorFlow.js makes of the saved configuration, as it stands in a file. */
function reloaded(optimizer: TfOptimizer): TfOptimizer {
  const [make, fromConfig] = tf.serialization.SerializationMap.getMap().classNameMap[optimizer.getClassName()]!;
  const config = JSON.parse(JSON.stringify(optimizer.getConfig())) as tf.serialization.ConfigDict;
  return fromConfig(make, config) as unknown as TfOptimizer;
}

describe('tfOptimizer', () => {
  it.each([
    ['SGD', () => sgd(), () => tf.train.sgd(0.125)],
    ['Momentum', () => sgd({ momentum: 0.9 }), () => tf.train.momentum(0.125, 0.9)],
    ['Adam', () => adam({ epsilon: 1e-7 }), () => tf.train.adam(0.125, 0.9, 0.999, 1e-7)],
  ])("goes where TensorFlow.js's own %s goes", (_, make, makeTheirs) => {
    const [ours, theirs] = [tfOptimizer(make(), { learningRate: 0.125 }), makeTheirs()];
    const others = tf.tidy(fresh);
    descend(ours, GRADIENTS);
    descend(theirs, GRADIENTS, others);
    expect(error(values(), values(others))).toBeLessThan(1);
    ours.dispose();
    theirs.dispose();
    // TensorFlow.js keeps a tensor or two of its own, which is theirs to free.
    tf.dispose(others);
    before = tf.memory().numTensors - variables.length;
  });

  it('adds the gradient of the L2 term, lambda theta, of every parameter', () => {
    const optimizer = tfOptimizer(sgd({ momentum: 0.5 }), { learningRate: 0.125, weightDecay: 0.25 });
    descend(optimizer, GRADIENTS);
    const expected = START.map((start, i) => {
      let [theta, v] = [Math.fround(start), 0];
      for (const gradient of GRADIENTS) {
        v = 0.5 * v - (gradient[i]! + 0.25 * theta);
        theta += 0.125 * v;
      }
      return theta;
    });
    expect(error(values(), expected)).toBeLessThan(1);
    optimizer.dispose();
  });

  it('takes the learning rate and the weight decay that are set', () => {
    const optimizer = tfOptimizer(sgd(), { learningRate: 1 });
    const ones = [START.map(() => 1)];
    descend(optimizer, ones);
    optimizer.learningRate = 0.5;
    descend(optimizer, ones);
    optimizer.learningRate = 0;
    optimizer.weightDecay = 3;
    descend(optimizer, ones);
    // 1 + 0.5 + 0
    values().forEach((value, i) => expect(value).toBeCloseTo(START[i]! - 1.5, 5));
    expect(optimizer.getConfig()).toEqual({
      learningRate: 0,
      weightDecay: 3,
      optimizer: { kind: 'sgd', momentum: 0, dampening: 0 },
    });
    expect(() => (optimizer.learningRate = -1)).toThrow(
      'learningRate must be a number in [0, 1000000000000]; found -1',
    );
    expect(() => (optimizer.weightDecay = NaN)).toThrow('weightDecay must be a number in [0, 1000000]; found NaN');
    optimizer.dispose();
  });

  it('knows the state of each parameter by its name, whichever others are trained', () => {
    const optimizer = tfOptimizer(sgd({ momentum: 0.5 }), { learningRate: 1 });
    const bias = () => tf.sum(variables[1]!).asScalar();
    optimizer.minimize(() => bias(), false, variables);
    optimizer.minimize(() => tf.add(bias(), tf.sum(variables[0]!)).asScalar(), false, variables);
    optimizer.minimize(() => bias(), false, [variables[1]!]);
    // Bias: 1, 1.5, 1.75; kernel: 1 alone.
    const expected = START.map((value, i) => value - (i < 6 ? 1 : 4.25));
    values().forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
    optimizer.dispose();
  });

  it('is saved with a model and loaded again, in the same process, to the last bit', async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [4], name: 'saved' })] });
    const [x, y] = [tf.randomNormal([8, 4]), tf.randomNormal([8, 3])];
    const optimizer = tfOptimizer(amsgrad(), { learningRate: 0.1, weightDecay: 0.01 });
    model.compile({ optimizer, loss: 'meanSquaredError' });
    const fit = (one: tf.LayersModel) => one.fit(x, y, { epochs: 3, batchSize: 8, shuffle: false });
    await fit(model);
    let artifacts: tf.io.ModelArtifacts = {};
    const save = tf.io.withSaveHandler(async (given) => {
      artifacts = given;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    });
    await model.save(save, { includeOptimizer: true });
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
    await fit(model);
    await fit(loaded);
    const weights = (one: tf.LayersModel) => one.getWeights().map((tensor) => [...tensor.dataSync()]);
    expect(weights(loaded)).toEqual(weights(model));
    expect(loaded.optimizer.getConfig()).toEqual(optimizer.getConfig());
    model.dispose();
    optimizer.dispose();
    loaded.optimizer.dispose();
    loaded.dispose();
    tf.dispose([x, y]);
  });

  it('refuses by name what it cannot do', async () => {
    expect(() => tfOptimizer(scheduleFree(), { learningRate: 1 })).toThrow(
      'optimizer must be one whose gradients are taken at the parameters; found "schedule-free"',
    );
    expect(() => tfOptimizer(sgd(), { learningRate: 1, weightDecay: -1 })).toThrow('weightDecay must be');
    const own = tfOptimizer({ ...sgd(), settings: { kind: 'mine' } }, { learningRate: 1 });
    expect(() => reloaded(own)).toThrow('the kind of the saved optimizer must be one of sgd, adam, amsgrad, dog, prodigy; found "mine"'); // prettier-ignore
    const observed = tfOptimizer(adam(), { learningRate: 1 });
    expect(() => (observed.observer = () => undefined)).toThrow('observer must be left out with an optimizer whose O_R is not defined; found "adam"'); // prettier-ignore

    const optimizer = tfOptimizer(sgd({ momentum: 0.5 }), { learningRate: 1 });
    descend(optimizer, GRADIENTS.slice(0, 1));
    const saved = (await optimizer.getWeights()).map(({ name, tensor }) => ({ name, tensor: tensor.clone() }));
    await optimizer.setWeights(saved);
    const ofList = (list: tf.Variable[]) => () => tf.addN(list.map((variable) => tf.sum(variable))).asScalar();
    const run = (list: tf.Variable[]) => () => tf.tidy(() => void optimizer.minimize(ofList(list), false, list));
    expect(run(variables.slice(0, 1))).toThrow('the saved state of the optimizer is of 2 tensors, and 1 are trained');
    expect(run([...variables].reverse())).toThrow('has [2,3] for');
    optimizer.dispose();
    tf.dispose(saved.map(({ tensor }) => tensor));
  });
});
