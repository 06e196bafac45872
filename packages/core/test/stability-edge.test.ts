import { describe, expect, it } from 'vitest';
import { stabilityEdge } from '../src/landscape/stability-edge.js';
import { symmetricEigen } from '../src/landscape/symmetric-eigen.js';
import { mlp } from '../src/models/mlp.js';
import { sgd } from '../src/optimizers/sgd.js';
import { initialParameters, slotValues } from '../src/parameters.js';
import { randomState } from '../src/random.js';
import { constant } from '../src/relations/schedules/constant.js';
import { classificationTask } from '../src/training/classification-task.js';
import { eagerExecutor } from '../src/training/eager.js';
import { quadraticTask } from '../src/training/quadratic-task.js';
import { train } from '../src/training/trainer.js';
import { sampleImages } from './contract/sample-images.js';
import { parametersOf } from './contract/sample-training.js';
import { backpropagated } from './reference/backpropagation.js';
import { distance } from './reference/closeness.js';
import { plainHessianVector } from './reference/hessian.js';
import type { PlainParameters } from './reference/perceptron.js';

const executor = eagerExecutor('cpu');
const dot = (a: PlainParameters, b: PlainParameters): number =>
  a.reduce((sum, tensor, i) => sum + tensor.reduce((inner, value, k) => inner + value * b[i]![k]!, 0), 0);

describe('the edge of stability', () => {
  it('is what plain numbers say of a small perceptron', async () => {
    const widths = [12, 3, 3];
    const weightDecay = 0.02;
    const data = sampleImages(24, 6);
    const task = classificationTask({ model: mlp(widths), data, batchSize: 6 });
    const specs = task.objective.parameters;
    const parameters = slotValues('parameters', specs, initialParameters(specs, 3));
    const seed = 4;
    const options = { task, executor, parameters, weightDecay, method: 'exact' as const, seed };
    const found = await stabilityEdge({ ...options, samples: 4, iterations: 30 });

    const theta: PlainParameters = parameters.map((values) => [...values]);
    const indices = task.batches(randomState(seed, 'shuffling')).take(0, 4)['indices'] as Int32Array;
    const batches = [0, 1, 2, 3].map((batch) =>
      Array.from(indices.subarray(6 * batch, 6 * batch + 6), (index) => ({
        label: data.train.labels[index]!,
        pixels: [...data.train.images.subarray(index * 12, (index + 1) * 12)].map((byte) => (byte / 255 - 0.4) / 0.2),
      })),
    );
    const gradientOf = (batch: (typeof batches)[number]) => (at: PlainParameters) =>
      backpropagated(widths, at, batch, weightDecay);
    const full = gradientOf(batches.flat());
    const gradients = batches.map((batch) => gradientOf(batch)(theta));
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value / values.length, 0);
    const interaction =
      mean(gradients.map((g) => dot(g, plainHessianVector(full, theta, g)))) / dot(full(theta), full(theta));
    const sharpness = mean(
      gradients.map((g, batch) => dot(g, plainHessianVector(gradientOf(batches[batch]!), theta, g)) / dot(g, g)),
    );
    // The whole Hessian, column by column.
    const columns = theta.flatMap((tensor, i) =>
      tensor.map((_, k) => {
        const unit = theta.map((other, j) => other.map((__, l) => (i === j && k === l ? 1 : 0)));
        return plainHessianVector(full, theta, unit).flat();
      }),
    );
    const symmetric = columns.map((column, i) => column.map((value, j) => (value + columns[j]![i]!) / 2));
    const largest = Math.max(...symmetricEigen(symmetric).map(({ value }) => value));
    expect(distance([found.gradientNoiseInteraction], [interaction])).toBeLessThan(1e-4);
    expect(distance([found.batchSharpness], [sharpness])).toBeLessThan(1e-4);
    expect(distance([found.largestCurvature], [largest])).toBeLessThan(1e-4);
    // They are three numbers.
    expect(distance([interaction], [sharpness])).toBeGreaterThan(0.01);
    expect(distance([interaction], [largest])).toBeGreaterThan(0.01);
  });

  it('tells an equilibrium of noise from the edge: GNI near 2 / eta = 20, and the others at the curvature', async () => {
    const [learningRate, dimensions] = [0.1, 2000];
    const task = quadraticTask({ dimensions, curvature: 1, noise: 1, stepsPerEpoch: 100 });
    const training = train({
      task,
      executor,
      optimizer: sgd(),
      schedule: constant(),
      learningRate,
      weightDecay: 0,
      seed: 2,
      epochs: 1,
    });
    for await (const item of training) if (item.type === 'end') expect(item.reason).toBe('finished');
    const parameters = Object.values(parametersOf(training.snapshot()));
    const options = { task, executor, parameters, weightDecay: 0, method: 'exact' as const, seed: 3 };
    const { gradientNoiseInteraction, batchSharpness, largestCurvature } = await stabilityEdge({
      ...options,
      iterations: 2,
      samples: 4,
    });
    // grad f is here the mean over 100 mini-batches, whose noise adds 1 / 100 to <theta^2> = 0.1 / 1.9; a sum over 2,000 directions is good to 3 %.
    const expected = (1 + 0.1 / 1.9) / (0.01 + 0.1 / 1.9);
    expect(distance([gradientNoiseInteraction], [expected])).toBeLessThan(0.1);
    expect(distance([batchSharpness, largestCurvature], [1, 1])).toBeLessThan(1e-5);
  });

  it('refuses more samples than there are mini-batches', async () => {
    const task = quadraticTask({ dimensions: 1, curvature: 1, noise: 1, stepsPerEpoch: 3 });
    const options = {
      task,
      executor,
      parameters: [Float32Array.of(1)],
      weightDecay: 0,
      method: 'exact' as const,
      seed: 3,
    };
    await expect(stabilityEdge({ ...options, samples: 4 })).rejects.toThrow(
      /^samples must be an integer in \[1, 3\]; found 4/,
    );
  });
});
