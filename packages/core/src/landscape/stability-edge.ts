import * as tf from '@tensorflow/tfjs';
import type { Executor, Program, TensorValues } from '@fdr/program';
import type { Objective } from '../objective.js';
import { products } from '../observables/observable.js';
import { namedSlot, slotSpecs, slotTensors } from '../parameters.js';
import { normal, randomState } from '../random.js';
import type { Task } from '../training/task.js';
import { inRange } from '../validate.js';
import { zip } from '../zip.js';
import { hessianVector, hessianVectorProgram, type HessianOptions } from './hessian-vector.js';
import { lanczos } from './lanczos.js';
import { accumulated, parts } from './parameter-vector.js';

/** What of a landscape meets 2 / eta, at one point of a training by SGD; L2 terms are part of all. */
export interface StabilityEdge {
  /** <g . H g> / |grad f|^2, the gradient-noise interaction. */
  readonly gradientNoiseInteraction: number;
  /** < g . H^B g / |g|^2 >, H^B the Hessian of the mini-batch of g. */
  readonly batchSharpness: number;
  /** lambda_max: the largest eigenvalue of H. */
  readonly largestCurvature: number;
}

/** Where, and how finely, {@link stabilityEdge} looks. */
export interface StabilityEdgeOptions extends HessianOptions {
  readonly task: Task;
  readonly executor: Executor;
  /** theta, in the order of the objective's parameters. */
  readonly parameters: readonly Float32Array[];
  /** Mini-batches g of `<g . H g>`, each with a product over all the batches of an epoch: 1 to the steps of an epoch; 8 by default. */
  readonly samples?: number | undefined;
  /** Hessian-vector products for lambda_max, each over all the batches of an epoch: at least 1; 20 by default. Lanczos approaches it from below. */
  readonly iterations?: number | undefined;
  /** Of the mini-batches and of Lanczos's start: an integer in [0, 2^32 - 1]. */
  readonly seed: number;
}

/**
 * Three curvatures that are compared with 2 / eta, over the M mini-batches of one epoch, g the gradient of each, grad f their mean, H the mean of their Hessians:
 *
 *     GNI = <g . H g> / |grad f|^2,    batch sharpness = < g . H^B g / |g|^2 >,    lambda_max(H)
 *
 * (FDR2) without momentum is `GNI = 2 / eta`, averages above and below: it holds of every stationary state. At the edge of stochastic stability the batch
 * sharpness is 2 / eta too, so that GNI there with a batch sharpness below it is an equilibrium of noise and no edge. Gradient descent with momentum is stable for
 * `lambda_max < 2 (1 + mu) / ((1 - nu) eta)`.
 *
 * Source: Andreyev and Beneventano, arXiv 2412.20553; Cohen et al. 2021, arXiv 2103.00065; (FDR2) of Yaida 2019.
 *
 * @throws OptionError naming the option, its range and what was found.
 */
export async function stabilityEdge(options: StabilityEdgeOptions): Promise<StabilityEdge> {
  const { task, executor, parameters, samples = Math.min(8, task.stepsPerEpoch), iterations = 20 } = options;
  const { objective, stepsPerEpoch: steps } = task;
  inRange('samples', samples, { min: 1, max: steps, integer: true });
  const specs = objective.parameters;
  const epoch = task.batches(randomState(options.seed, 'shuffling'));
  const inputs = epoch.take(0, steps);
  const at = namedSlot('parameters', specs, parameters);
  const batch = await executor.prepare(batchSharpnessProgram(objective, options), task.constants);
  try {
    const hessian = await executor.prepare(hessianVectorProgram(objective, options), task.constants);
    try {
      const multiply = async (vector: Float64Array): Promise<Float64Array> => {
        const settings: TensorValues = { ...at, ...namedSlot('direction', specs, parts(vector, specs)) };
        const sum = await accumulated(hessian, specs, 'product', { settings, inputs, steps });
        return sum.map((value) => value / steps);
      };
      const gradientOf = (from: number, count: number) =>
        accumulated(batch, specs, 'gradient', { settings: at, inputs: epoch.take(from, count), steps: count });
      const full = (await gradientOf(0, steps)).map((value) => value / steps);
      let interaction = 0;
      // The batches of a shuffle are in random order already.
      for (let sample = 0; sample < samples; sample++) {
        const gradient = await gradientOf(sample, 1);
        interaction += dot(gradient, await multiply(gradient)) / samples;
      }
      const { outputs } = await batch.run({ steps, state: zeroGradient(full, specs), inputs, settings: at });
      const sharpness = outputs['sharpness'] ?? new Float32Array();
      const start = normal(randomState(options.seed, 'initialization'), full.length, 1).values;
      const nodes = await lanczos(multiply, Float64Array.from(start), iterations);
      return {
        gradientNoiseInteraction: interaction / dot(full, full),
        batchSharpness: sharpness.reduce((sum, value) => sum + value, 0) / steps,
        largestCurvature: nodes.at(-1)?.curvature ?? NaN,
      };
    } finally {
      await hessian.dispose();
    }
  } finally {
    await batch.dispose();
  }
}

const zeroGradient = (like: Float64Array, specs: Objective['parameters']): TensorValues =>
  namedSlot('gradient', specs, parts(new Float64Array(like.length), specs));

const dot = (left: Float64Array, right: Float64Array): number =>
  left.reduce((sum, value, index) => sum + value * (right[index] ?? NaN), 0);

/** State `gradient/<name>`: the sum of g, L2 term included. Output `sharpness` []: g . H^B g / |g|^2, 0 where g is 0. */
function batchSharpnessProgram(objective: Objective, options: HessianOptions): Program {
  const { parameters: specs } = objective;
  const multiply = hessianVector(options);
  return {
    name: `${objective.name}-batch-sharpness`,
    state: slotSpecs('gradient', specs),
    inputs: objective.inputs,
    settings: slotSpecs('parameters', specs),
    constants: objective.constants,
    step: ({ state, inputs, settings, constants }) => {
      const parameters = slotTensors('parameters', specs, settings);
      const loss = (tensors: readonly tf.Tensor[]) => objective.loss(tensors, inputs, constants);
      const data = tf.grads((...tensors: tf.Tensor[]) => loss(tensors))(parameters);
      const gradients = zip(data, parameters).map(([gradient, parameter]) =>
        tf.add(gradient, tf.mul(options.weightDecay, parameter)),
      );
      const along = tf.sum(products(gradients, multiply(loss, parameters, gradients)));
      const square = tf.maximum(tf.sum(products(gradients, gradients)), 1e-30);
      const sums = zip(slotTensors('gradient', specs, state), gradients).map(([sum, added]) => tf.add(sum, added));
      return { state: namedSlot('gradient', specs, sums), outputs: { sharpness: tf.div(along, square) } };
    },
  };
}
