import type { PlainParameters } from './perceptron.js';

export interface PlainStep {
  readonly parameters: PlainParameters;
  readonly velocity: PlainParameters;
  /** One number a tensor. */
  readonly oL: number[];
  readonly oR: number[];
  readonly vDotGradient: number[];
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, position) => sum + value * b[position]!, 0);

/** One update as (10) and (11) say it, and the observables (17) as they stand there. */
export function plainStep(
  parameters: PlainParameters,
  velocity: PlainParameters,
  gradients: PlainParameters,
  { learningRate, momentum, dampening }: { learningRate: number; momentum: number; dampening: number },
): PlainStep {
  const nextVelocity = velocity.map((tensor, index) =>
    tensor.map((value, position) => momentum * value - (1 - dampening) * gradients[index]![position]!),
  );
  const nextParameters = parameters.map((tensor, index) =>
    tensor.map((value, position) => value + learningRate * nextVelocity[index]![position]!),
  );
  const factor = ((1 + momentum) / (2 * (1 - dampening))) * learningRate;
  return {
    parameters: nextParameters,
    velocity: nextVelocity,
    oL: parameters.map((tensor, index) => dot(tensor, gradients[index]!)),
    oR: nextVelocity.map((tensor) => factor * dot(tensor, tensor)),
    vDotGradient: velocity.map((tensor, index) => dot(tensor, gradients[index]!)),
  };
}
