import * as tf from '@tensorflow/tfjs';
import { namedSlot, slotSpecs, slotTensors } from '../parameters.js';
import { randomState, type RandomState } from '../random.js';
import type { SpectralNode } from '../relations/spectral-prediction.js';
import { inRange } from '../validate.js';
import { zip } from '../zip.js';
import type { Executor, Program, TensorValues } from '@fdr/program';
import type { Objective } from '../objective.js';
import type { Task } from '../training/task.js';
import { hessianVectorProgram, type HessianOptions } from './hessian-vector.js';
import { lanczos } from './lanczos.js';
import { accumulated, parts } from './parameter-vector.js';

/** Where, and how finely, {@link noiseSpectrum} looks. */
export interface NoiseSpectrumOptions extends HessianOptions {
  readonly task: Task;
  readonly executor: Executor;
  /** Parameters of a stationary state, in the order of the objective's; each is one start. At least one. */
  readonly points: readonly (readonly Float32Array[])[];
  /** Hessian-vector products at each, every one over all mini-batches of an epoch; 12 by default. */
  readonly iterations?: number | undefined;
  /** Of the mini-batches: an integer in [0, 2^32 - 1]. */
  readonly seed: number;
}

/**
 * The curvatures that the noise of mini-batch gradients sees: `Tr C f(H) ~ sum_j weight_j f(curvature_j)`, C the covariance of a mini-batch's gradient
 * and H the Hessian over the batches of an epoch.
 *
 * Lanczos starts at `(g_A - g_B) / sqrt(2)`, the gradients of two independent mini-batches: its covariance is C, without the full gradient's square.
 *
 * @returns the nodes of all points, the mean of their measures: the weights sum to Tr C.
 * @throws OptionError naming the option, its range and what was found.
 */
export async function noiseSpectrum(options: NoiseSpectrumOptions): Promise<readonly SpectralNode[]> {
  const { task, executor, points, iterations = 12 } = options;
  inRange('points.length', points.length, { min: 1 });
  const { objective, stepsPerEpoch } = task;
  const specs = objective.parameters;
  let random: RandomState = randomState(options.seed, 'shuffling');
  const drawBatches = (steps: number): TensorValues => {
    const epoch = task.batches(random);
    random = epoch.next;
    return epoch.take(0, steps);
  };
  const gradient = await executor.prepare(gradientProgram(objective), task.constants);
  try {
    const hessian = await executor.prepare(hessianVectorProgram(objective, options), task.constants);
    try {
      const nodes: SpectralNode[] = [];
      for (const parameters of points) {
        const at = namedSlot('parameters', specs, parameters);
        const gradientOf = (inputs: TensorValues) =>
          accumulated(gradient, specs, 'gradient', { settings: at, inputs, steps: 1 });
        const [left, right] = [await gradientOf(drawBatches(1)), await gradientOf(drawBatches(1))];
        const start = left.map((value, index) => (value - (right[index] ?? NaN)) / Math.SQRT2);
        const inputs = drawBatches(stepsPerEpoch);
        const multiply = async (vector: Float64Array): Promise<Float64Array> => {
          const settings = { ...at, ...namedSlot('direction', specs, parts(vector, specs)) };
          const sum = await accumulated(hessian, specs, 'product', { settings, inputs, steps: stepsPerEpoch });
          return sum.map((value) => value / stepsPerEpoch);
        };
        // Where both mini-batches are the same there is no noise.
        if (start.some((value) => value !== 0)) nodes.push(...(await lanczos(multiply, start, iterations)));
      }
      return nodes.map(({ curvature, weight }) => ({ curvature, weight: weight / points.length }));
    } finally {
      await hessian.dispose();
    }
  } finally {
    await gradient.dispose();
  }
}

/** The sum of the gradients of mini-batches, without the L2 term, which two of them share: state `gradient/<name>`. */
const gradientProgram = (objective: Objective): Program => {
  const { parameters: specs } = objective;
  return {
    name: `${objective.name}-gradient`,
    state: slotSpecs('gradient', specs),
    inputs: objective.inputs,
    settings: slotSpecs('parameters', specs),
    constants: objective.constants,
    step: ({ state, inputs, settings, constants }) => {
      const loss = (...tensors: tf.Tensor[]) => objective.loss(tensors, inputs, constants);
      const gradients = tf.grads(loss)(slotTensors('parameters', specs, settings));
      const sums = zip(slotTensors('gradient', specs, state), gradients).map(([sum, added]) => tf.add(sum, added));
      return { state: namedSlot('gradient', specs, sums), outputs: {} };
    },
  };
};
