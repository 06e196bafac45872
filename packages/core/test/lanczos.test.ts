import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { lanczos } from '../src/landscape/lanczos.js';
import { noiseSpectrum } from '../src/landscape/noise-spectrum.js';
import { symmetricEigen } from '../src/landscape/symmetric-eigen.js';
import { mlp } from '../src/models/mlp.js';
import { initialParameters, slotValues } from '../src/parameters.js';
import { normal, randomState } from '../src/random.js';
import { classificationTask } from '../src/training/classification-task.js';
import { hessianVector } from '../src/landscape/hessian-vector.js';
import { products } from '../src/observables/observable.js';
import { eagerExecutor } from '../src/training/eager.js';
import { quadraticTask } from '../src/training/quadratic-task.js';
import type { Task } from '../src/training/task.js';
import { distance } from './reference/closeness.js';
import { SAMPLE_WIDTHS, sampleImages } from './contract/sample-images.js';

const multiplyBy = (matrix: readonly (readonly number[])[]) => (vector: Float64Array) =>
  Promise.resolve(
    Float64Array.from(matrix, (row) => row.reduce((sum, value, index) => sum + value * vector[index]!, 0)),
  );

/** -1, 2, -1: eigenvalues 2 - 2 cos(k pi / (n + 1)), eigenvectors sqrt(2 / (n + 1)) sin(i k pi / (n + 1)). */
const chain = (size: number) =>
  Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (_, column) => [2, -1][Math.abs(row - column)] ?? 0),
  );
const angle = (k: number, size: number) => (k * Math.PI) / (size + 1);

describe('the eigenvalues of a symmetric matrix', () => {
  it('are those of a chain of springs', () => {
    const found = symmetricEigen(chain(12))
      .map(({ value }) => value)
      .sort((a, b) => a - b);
    expect(
      distance(
        found,
        Array.from({ length: 12 }, (_, index) => 2 - 2 * Math.cos(angle(index + 1, 12))),
      ),
    ).toBeLessThan(1e-14);
  });

  it('belong to orthogonal vectors that the matrix only stretches, doubled and zero ones too', () => {
    const matrix = [
      [2, 1, 1, 0],
      [1, 2, 1, 0],
      [1, 1, 2, 0],
      [0, 0, 0, 0],
    ];
    const pairs = symmetricEigen(matrix);
    expect(
      distance(
        pairs
          .map(({ value }) => value)
          .sort((a, b) => a - b)
          .slice(1),
        [1, 1, 4],
      ),
    ).toBeLessThan(1e-14);
    for (const { value, vector } of pairs) {
      for (const [index, row] of matrix.entries())
        expect(
          Math.abs(row.reduce((sum, element, at) => sum + element * vector[at]!, 0) - value * vector[index]!),
        ).toBeLessThan(1e-14);
      for (const other of pairs) {
        const product = vector.reduce((sum, element, at) => sum + element * other.vector[at]!, 0);
        expect(Math.abs(product - (other.vector === vector ? 1 : 0))).toBeLessThan(1e-14);
      }
    }
  });
});

describe('Lanczos', () => {
  it('finds the whole spectral measure once it spans all', async () => {
    const size = 12;
    const start = Float64Array.from({ length: size }, (_, index) => (index === 0 ? 3 : 0));
    const nodes = await lanczos(multiplyBy(chain(size)), start, size);
    const modes = Array.from({ length: size }, (_, index) => angle(index + 1, size));
    expect(
      distance(
        nodes.map(({ curvature }) => curvature),
        modes.map((mode) => 2 - 2 * Math.cos(mode)),
      ),
    ).toBeLessThan(1e-12);
    expect(
      distance(
        nodes.map(({ weight }) => weight),
        modes.map((mode) => (9 * 2 * Math.sin(mode) ** 2) / (size + 1)),
      ),
    ).toBeLessThan(1e-12);
  });

  it('is exact for polynomials of degree 2 k - 1 after k products, and for functions nearly so', async () => {
    // 400 eigenvalues, from 1e-3 to 10; the start is even in them.
    const eigenvalues = Float64Array.from({ length: 400 }, (_, index) => 1e-3 * 10 ** (index / 99.75));
    const start = Float64Array.from(normal(randomState(1, 'shuffling'), 400, 1).values);
    let products = 0;
    const nodes = await lanczos(
      (vector) => {
        products++;
        return Promise.resolve(vector.map((value, index) => value * eigenvalues[index]!));
      },
      start,
      12,
    );
    expect(products).toBe(12);
    const exact = (f: (h: number) => number) =>
      eigenvalues.reduce((sum, h, index) => sum + start[index]! ** 2 * f(h), 0);
    const quadrature = (f: (h: number) => number) =>
      nodes.reduce((sum, { curvature, weight }) => sum + weight * f(curvature), 0);
    for (const degree of [0, 1, 2, 7, 23]) {
      const power = (h: number) => h ** degree;
      expect(distance([quadrature(power)], [exact(power)])).toBeLessThan(1e-11);
    }
    const few = await lanczos(
      (vector) => Promise.resolve(vector.map((value, index) => value * eigenvalues[index]!)),
      start,
      3,
    );
    const cut = (degree: number) =>
      few.reduce((sum, { curvature, weight }) => sum + weight * curvature ** degree, 0) / exact((h) => h ** degree) - 1;
    expect(Math.abs(cut(5))).toBeLessThan(1e-11);
    expect(Math.abs(cut(6))).toBeGreaterThan(1e-6);
    // What a shuffle takes away: tanh(M eta h / 2), M eta = 1.8.
    const lost = (h: number) => Math.tanh(0.9 * h);
    expect(distance([quadrature(lost)], [exact(lost)])).toBeLessThan(0.002);
  });

  it('keeps no copies of eigenvalues, however many products there are', async () => {
    const diagonal = [1, 2, 2, 5, 1000];
    const nodes = await lanczos(
      (vector) => Promise.resolve(vector.map((value, index) => value * diagonal[index]!)),
      Float64Array.of(1, 3, 4, 1, 1),
      40,
    );
    expect(
      distance(
        nodes.map(({ curvature }) => curvature),
        [1, 2, 5, 1000],
      ),
    ).toBeLessThan(1e-10);
    expect(
      distance(
        nodes.map(({ weight }) => weight),
        [1, 25, 1, 1],
      ),
    ).toBeLessThan(1e-10);
  });

  it('refuses to begin at zero, and to do nothing', async () => {
    const multiply = multiplyBy(chain(2));
    await expect(lanczos(multiply, new Float64Array(2), 3)).rejects.toThrow(
      '|start|^2 must be a number in (0, Infinity); found 0',
    );
    await expect(lanczos(multiply, Float64Array.of(1, 0), 0)).rejects.toThrow(
      'iterations must be an integer in [1, Infinity); found 0',
    );
  });
});

describe('the noise spectrum', () => {
  const executor = eagerExecutor('cpu');
  const options = { executor, weightDecay: 0.1, method: 'exact', seed: 4 } as const;

  it('of the quadratic is its curvature, with the noise of all directions', async () => {
    const task = quadraticTask({ dimensions: 200, curvature: 1.5, noise: 0.7, stepsPerEpoch: 5 });
    const points = Array.from({ length: 4 }, () => [new Float32Array(200).fill(2)]);
    const nodes = await noiseSpectrum({ ...options, task, points });
    for (const { curvature } of nodes) expect(Math.abs(curvature - 1.6)).toBeLessThan(1e-5);
    // Tr C = 200 (1.5 * 0.7)^2 = 220.5, with a deviation of sqrt(2 / 800) = 5 %.
    expect(distance([nodes.reduce((sum, { weight }) => sum + weight, 0)], [220.5])).toBeLessThan(0.2);
  });

  it('has nothing where two mini-batches are the same', async () => {
    const task = quadraticTask({ dimensions: 2, curvature: 1, noise: 0, stepsPerEpoch: 5 });
    expect(await noiseSpectrum({ ...options, task, points: [[new Float32Array(2).fill(2)]] })).toEqual([]);
  });

  it('of a perceptron has the moments of its noise, with the Hessian of all data', async () => {
    const data = sampleImages(60, 6);
    const small = classificationTask({ model: mlp(SAMPLE_WIDTHS), data, batchSize: 6 });
    const whole = classificationTask({ model: mlp(SAMPLE_WIDTHS), data, batchSize: 60 });
    const specs = small.objective.parameters;
    const parameters = slotValues('parameters', specs, initialParameters(specs, 3));
    const nodes = await noiseSpectrum({ ...options, task: small, points: [parameters], iterations: 8 });
    const first = small.batches(randomState(options.seed, 'shuffling'));
    const batches = [first.take(0, 1), small.batches(first.next).take(0, 1)].map(
      ({ indices }) => indices as Int32Array,
    );
    const moments = tf.tidy(() => {
      const at = parameters.map((values, index) => tf.tensor(values, [...specs[index]!.shape]));
      const constants = {
        images: tf.tensor2d(data.train.images, [60, 12], 'int32'),
        labels: tf.tensor1d(data.train.labels, 'int32'),
      };
      const loss = (task: Task, indices: Int32Array) => (tensors: readonly tf.Tensor[]) =>
        task.objective.loss(tensors, { indices: tf.tensor1d(indices, 'int32') }, constants);
      const [left, right] = batches.map((indices) =>
        tf.grads((...tensors: tf.Tensor[]) => loss(small, indices)(tensors))(at),
      );
      const noise = left!.map((tensor, index) => tf.div(tf.sub(tensor, right![index]!), Math.SQRT2));
      const all = loss(
        whole,
        Int32Array.from({ length: 60 }, (_, index) => index),
      );
      const once = hessianVector(options)(all, at, noise);
      const twice = hessianVector(options)(all, at, once);
      const dot = (one: readonly tf.Tensor[], other: readonly tf.Tensor[]) =>
        products(one, other).sum().arraySync() as number;
      return [dot(noise, noise), dot(noise, once), dot(once, once), dot(once, twice)];
    });
    const found = [0, 1, 2, 3].map((degree) =>
      nodes.reduce((sum, { curvature, weight }) => sum + weight * curvature ** degree, 0),
    );
    expect(distance(found, moments)).toBeLessThan(1e-5);
  });
});
