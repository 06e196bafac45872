import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { hessianVectorProgram, type HessianMethod } from '../src/landscape/hessian-vector.js';
import { noiseCurvature, type TrainingPoint } from '../src/landscape/noise-curvature.js';
import { mlp } from '../src/models/mlp.js';
import { initialParameters, namedSlot, slotValues, zeroSlot } from '../src/parameters.js';
import { randomState } from '../src/random.js';
import { classificationTask } from '../src/training/classification-task.js';
import { eagerExecutor } from '../src/training/eager.js';
import { quadraticTask } from '../src/training/quadratic-task.js';
import { SAMPLE_WIDTHS, sampleImages } from './contract/sample-images.js';
import { PICTURE_SHAPE, sampleCnn, samplePictures } from './contract/sample-pictures.js';
import { distance } from './reference/closeness.js';
import { plainCnnLogits, plainNetworkGradients, type PlainNetwork } from './reference/convolution.js';
import { plainHessianVector } from './reference/hessian.js';
import { plainGradients, type PlainExample, type PlainParameters } from './reference/perceptron.js';

const executor = eagerExecutor('cpu');
const data = sampleImages();
const task = classificationTask({ model: mlp(SAMPLE_WIDTHS), data, batchSize: 6 });
const specs = task.objective.parameters;
const weightDecay = 0.01;
const parameters = slotValues('parameters', specs, initialParameters(specs, 3));
const direction = slotValues('parameters', specs, initialParameters(specs, 8)).map((values) =>
  values.map((value, position) => value + 0.1 * Math.sin(position)),
);
const plain = (tensors: readonly Float32Array[]): PlainParameters => tensors.map((values) => [...values]);
const examples = (positions: ArrayLike<number>): PlainExample[] =>
  Array.from(positions, (position) => ({
    label: data.train.labels[position]!,
    pixels: [...data.train.images.subarray(position * 12, (position + 1) * 12)].map((byte) => (byte / 255 - 0.4) / 0.2),
  }));
const gradientsOn = (batch: readonly PlainExample[]) => (at: PlainParameters) =>
  plainGradients(SAMPLE_WIDTHS, at, batch, weightDecay);
const dots = (left: PlainParameters, right: PlainParameters): number[] =>
  left.map((tensor, index) => tensor.reduce((sum, value, position) => sum + value * right[index]![position]!, 0));
const METHODS: readonly HessianMethod[] = ['exact', 'central-differences'];
// Exact: float32 against a reference good to 1e-5. Differences: rounding of gradients over a way of 1e-3 of |theta|.
const TOLERANCE = { exact: 1e-4, 'central-differences': 5e-3 };

describe.each(METHODS)('a Hessian-vector product, %s', (method) => {
  it('of the perceptron, which is differentiable twice, is what plain numbers give, and is summed', async () => {
    expect(mlp(SAMPLE_WIDTHS).twiceDifferentiable).toBe(true);
    const executable = await executor.prepare(
      hessianVectorProgram(task.objective, { weightDecay, method }),
      task.constants,
    );
    const settings = { ...namedSlot('parameters', specs, parameters), ...namedSlot('direction', specs, direction) };
    const inputs = { indices: Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11) };
    const { state, outputs } = await executable.run({ steps: 2, state: zeroSlot('product', specs), inputs, settings });
    await executable.dispose();
    const expected = [0, 6].map((from) =>
      plainHessianVector(
        gradientsOn(examples([0, 1, 2, 3, 4, 5].map((position) => from + position))),
        plain(parameters),
        plain(direction),
      ),
    );
    const sums = expected[0]!.map((tensor, index) =>
      tensor.map((value, position) => value + expected[1]![index]![position]!),
    );
    const found = slotValues('product', specs, state);
    expect(distance(plain(found).flat(), sums.flat())).toBeLessThan(TOLERANCE[method]);
    const curvature = expected.flatMap((product) => dots(plain(direction), product));
    expect(distance(outputs['curvature']!, curvature)).toBeLessThan(TOLERANCE[method]);
    // The output layer alone: TensorFlow.js's own cross-entropy has no second derivative, and gives 0 beside the L2 term here.
    expect(Math.abs(curvature[5]! - weightDecay * dots(plain(direction), plain(direction))[5]!)).toBeGreaterThan(0.01);
  });

  it('of the quadratic is h + lambda times the direction, and 0 in no direction', async () => {
    const spring = quadraticTask({ dimensions: 50, curvature: 1.5, noise: 0.7, start: 3, stepsPerEpoch: 4 });
    const executable = await executor.prepare(hessianVectorProgram(spring.objective, { weightDecay: 0.5, method }), {});
    const along = Float32Array.from({ length: 50 }, (_, position) => Math.cos(position));
    const call = (towards: Float32Array) =>
      executable.run({
        steps: 1,
        state: { 'product/position': new Float32Array(50) },
        inputs: spring.batches(randomState(1, 'shuffling')).take(0, 1),
        settings: { 'parameters/position': new Float32Array(50).fill(3), 'direction/position': towards },
      });
    const { state } = await call(along);
    expect(
      distance(
        state['product/position']!,
        along.map((value) => 2 * value),
      ),
    ).toBeLessThan(method === 'exact' ? 1e-6 : 1e-3);
    expect((await call(new Float32Array(50))).state['product/position']).toEqual(new Float32Array(50));
    await executable.dispose();
  });
});

describe('a convolutional network', () => {
  const model = sampleCnn();
  const pictures = samplePictures();
  const network: PlainNetwork = (at, pixels) => plainCnnLogits(PICTURE_SHAPE, 2, at, pixels);
  const { mean, deviation } = pictures.normalization;
  const { objective, constants } = classificationTask({ model, data: pictures, batchSize: 4 });
  const own = objective.parameters;
  const drawn = (seed: number) => slotValues('parameters', own, initialParameters(own, seed));
  const [at, towards] = [drawn(4), drawn(8)];
  const call = {
    steps: 1,
    state: zeroSlot('product', own),
    inputs: { indices: Int32Array.of(0, 1, 2, 3) },
    settings: { ...namedSlot('parameters', own, at), ...namedSlot('direction', own, towards) },
  };
  const prepared = (method: HessianMethod) =>
    executor.prepare(hessianVectorProgram(objective, { weightDecay, method, width: 3e-4 }), constants);

  it('has Hessian-vector products by central differences', async () => {
    const executable = await prepared('central-differences');
    const found = slotValues('product', own, (await executable.run(call)).state);
    await executable.dispose();
    const size = pictures.train.images.length / pictures.train.count;
    const batch = [0, 1, 2, 3].map((position) => ({
      label: pictures.train.labels[position]!,
      pixels: Array.from(
        pictures.train.images.subarray(position * size, (position + 1) * size),
        (byte) => (byte / 255 - mean) / deviation,
      ),
    }));
    const gradients = (moved: PlainParameters) => plainNetworkGradients(network, moved, batch, weightDecay);
    const expected = plainHessianVector(gradients, plain(at), plain(towards));
    // Twice the perceptron's: the way is shorter, so that no unit changes its mind on it, and the rounding weighs more.
    expect(distance(plain(found).flat(), expected.flat())).toBeLessThan(1e-2);
  });

  it('is known not to be differentiable twice: TensorFlow.js refuses exact products', async () => {
    expect(model.twiceDifferentiable).toBe(false);
    const executable = await prepared('exact');
    await expect(executable.run(call)).rejects.toThrow(/gradient/);
    await executable.dispose();
  });
});

describe('the curvature along the noise', () => {
  const moving = [{ parameters, velocity: direction }];
  const options = { task, executor, points: moving, weightDecay, samples: 3, seed: 4, momentum: 0.9, dampening: 0.3 };

  it.each(METHODS)('is that of plain numbers, with the pieces of (29), %s', async (method) => {
    const velocity = direction;
    const found = await noiseCurvature({ ...options, method });
    const shuffled = task.batches(randomState(4, 'shuffling'));
    const indices = (batches: typeof shuffled, sample: number) => examples(batches.take(sample, 1)['indices']!);
    const samples = [0, 1, 2].map((sample) => {
      const gradient = plainGradients(SAMPLE_WIDTHS, plain(parameters), indices(shuffled, sample), weightDecay);
      const other = indices(task.batches(shuffled.next), sample);
      const multiply = (along: PlainParameters) => plainHessianVector(gradientsOn(other), plain(parameters), along);
      const [forGradient, forVelocity] = [multiply(gradient), multiply(plain(velocity))];
      const next = gradient.map((tensor, index) =>
        tensor.map((value, position) => 0.9 * velocity[index]![position]! - 0.7 * value),
      );
      const total = (left: PlainParameters, right: PlainParameters) => dots(left, right).reduce((sum, x) => sum + x, 0);
      return {
        trace: total(gradient, forGradient),
        noiseTrace: total(gradient, gradient),
        cross: total(plain(velocity), forGradient),
        velocity: total(plain(velocity), forVelocity),
        update: total(next, multiply(next)),
        shares: dots(gradient, forGradient),
      };
    });
    for (const name of ['trace', 'noiseTrace', 'cross', 'velocity', 'update'] as const) {
      const values = samples.map((sample) => sample[name]);
      const mean = values.reduce((sum, value) => sum + value, 0) / 3;
      const error = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2 / 3);
      expect([name, distance([found[name].mean], [mean]) < TOLERANCE[method]]).toEqual([name, true]);
      expect(distance([found[name].standardError], [error])).toBeLessThan(2 * TOLERANCE[method]);
    }
    const shares = specs.map((_, tensor) => samples.reduce((sum, sample) => sum + sample.shares[tensor]! / 3, 0));
    expect(distance(found.tensors, shares)).toBeLessThan(TOLERANCE[method]);
    expect(found.meanCurvature).toBe(found.trace.mean / found.noiseTrace.mean);
  });

  it('of the quadratic is its closed form: H = h + lambda, Tr C~ = |grad f|^2 + dimensions (h s)^2', async () => {
    const spring = quadraticTask({ dimensions: 400, curvature: 1.5, noise: 0.7, stepsPerEpoch: 400 });
    const found = await noiseCurvature({
      task: spring,
      executor,
      points: [{ parameters: [new Float32Array(400).fill(0.2)] }],
      method: 'exact',
      weightDecay: 0.5,
      samples: 400,
      seed: 1,
      momentum: 0,
      dampening: 0,
    });
    // |grad f|^2 = 400 (2 * 0.2)^2 = 64; 400 (1.5 * 0.7)^2 = 441
    expect(Math.abs(found.noiseTrace.mean - 505)).toBeLessThan(4 * found.noiseTrace.standardError);
    // A sample's variance is 2 * 400 * 1.1025^2 + 4 * 64 * 1.1025 = 1254.6
    expect(distance([found.noiseTrace.standardError], [Math.sqrt(1254.6 / 400)])).toBeLessThan(0.15);
    expect(distance([found.meanCurvature], [2])).toBeLessThan(1e-6);
    expect(found.cross.mean).toBe(0);
    expect(found.update).toEqual(found.trace);
  });

  it('at several points is their mean, and its error is from point to point', async () => {
    const resting = [parameters, direction].map((at) => ({ parameters: at }));
    const of = (points: readonly TrainingPoint[], seed: number) =>
      noiseCurvature({ ...options, momentum: 0, points, seed, method: 'exact' });
    const both = await of(resting, 4);
    const first = await of(resting.slice(0, 1), 4);
    const half = 2 * both.trace.mean - first.trace.mean;
    expect(distance([both.trace.standardError], [Math.abs(half - first.trace.mean) / 2])).toBeLessThan(1e-9);
    // Other mini-batches at the second point, of the same mean.
    const second = await of(resting.slice(1), 5);
    expect(Math.abs(half - second.trace.mean)).toBeLessThan(6 * second.trace.standardError);
    expect(Math.abs(half - first.trace.mean)).toBeGreaterThan(1e-3);
  });

  it('keeps no tensor', async () => {
    await tf.setBackend('cpu');
    const { numTensors } = tf.memory();
    for (const method of METHODS) await noiseCurvature({ ...options, method });
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it('refuses what does not fit, by name', async () => {
    const wrong = (change: object) => noiseCurvature({ ...options, method: 'exact', ...change });
    await expect(wrong({ samples: 1 })).rejects.toThrow('samples must be an integer in [2, 10]; found 1');
    await expect(wrong({ points: [] })).rejects.toThrow(/points.length/);
    await expect(wrong({ points: [...moving, { parameters }] })).rejects.toThrow(/all with a velocity or all without/);
    await expect(wrong({ method: 'sloppy' })).rejects.toThrow(/method must be one of exact, central-differences/);
    await expect(wrong({ width: 1 })).rejects.toThrow('width must be a number in (0, 1); found 1');
    await expect(wrong({ weightDecay: -1 })).rejects.toThrow(/weightDecay/);
    await expect(wrong({ momentum: 1 })).rejects.toThrow(/momentum/);
  });
});
