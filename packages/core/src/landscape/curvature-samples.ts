import * as tf from '@tensorflow/tfjs';
import { products } from '../observables/observable.js';
import { mergedRecords, slotSpecs, slotTensors, tensorNamed } from '../parameters.js';
import type { Program, Tensors, TensorSpecs, TensorValues } from '@fdr/program';
import type { Objective } from '../objective.js';
import { zip } from '../zip.js';
import { hessianVector, type HessianOptions } from './hessian-vector.js';

const GRADIENT = 'gradient';
const CURVATURE = 'curvature';

const prefixed = <Value>(prefix: string, values: Readonly<Record<string, Value>>): Record<string, Value> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}/${name}`, value]));

const unprefixed = (prefix: string, specs: TensorSpecs, tensors: Tensors): Tensors =>
  Object.fromEntries(Object.keys(specs).map((name) => [name, tensorNamed(`${prefix}/${name}`, tensors)]));

/**
 * Samples `g . H g`, and with a velocity `v . H g` and `v . H v`, as a {@link Program} without state.
 *
 * g is the gradient of one mini-batch and H the Hessian of **another**. Both are unbiased, and because they are independent so is the mean
 * of their product, at the cost of two mini-batches instead of a pass over all data. One batch for both would add their
 * correlation. L2 terms are part of both.
 *
 * Inputs are the objective's, twice: `gradient/<name>` and `curvature/<name>`. Settings `parameters/<name>`, and `velocity/<name>`.
 * Outputs [tensors], to be summed: `noiseTrace` |g|^2, `gradientCurvature` g . H g, `crossCurvature` v . H g, `velocityCurvature` v . H v.
 */
export function noiseCurvatureProgram(
  objective: Objective,
  options: HessianOptions & { readonly velocity: boolean },
): Program {
  const { parameters: specs, inputs: batch } = objective;
  const multiply = hessianVector(options);
  const { weightDecay } = options;
  const slots = options.velocity ? ['parameters', 'velocity'] : ['parameters'];
  return {
    name: `${objective.name}-noise-curvature`,
    state: {},
    inputs: { ...prefixed(GRADIENT, batch), ...prefixed(CURVATURE, batch) },
    settings: mergedRecords(slots.map((slot) => slotSpecs(slot, specs))),
    constants: objective.constants,
    step: ({ inputs, settings, constants }) => {
      const parameters = slotTensors('parameters', specs, settings);
      const loss = (prefix: string) => (tensors: readonly tf.Tensor[]) =>
        objective.loss(tensors, unprefixed(prefix, batch, inputs), constants);
      const withoutDecay = tf.grads((...tensors: tf.Tensor[]) => loss(GRADIENT)(tensors))(parameters);
      const gradients = zip(withoutDecay, parameters).map(([gradient, parameter]) =>
        tf.add(gradient, tf.mul(weightDecay, parameter)),
      );
      const along = (direction: readonly tf.Tensor[]) => multiply(loss(CURVATURE), parameters, direction);
      const product = along(gradients);
      const outputs = {
        noiseTrace: products(gradients, gradients),
        gradientCurvature: products(gradients, product),
      };
      if (!options.velocity) return { state: {}, outputs };
      const velocity = slotTensors('velocity', specs, settings);
      return {
        state: {},
        outputs: {
          ...outputs,
          crossCurvature: products(velocity, product),
          velocityCurvature: products(velocity, along(velocity)),
        },
      };
    },
  };
}

/** The inputs of {@link noiseCurvatureProgram}, of batches for the gradients and others for the Hessians. */
export const pairedInputs = (gradient: TensorValues, curvature: TensorValues): TensorValues => ({
  ...prefixed(GRADIENT, gradient),
  ...prefixed(CURVATURE, curvature),
});
