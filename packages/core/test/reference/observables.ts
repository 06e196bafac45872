import type { PlainParameters } from './perceptron.js';

export interface PlainMoment {
  readonly parameters: PlainParameters;
  readonly velocity: PlainParameters;
}

const sum = (tensors: PlainParameters, term: (tensor: number, position: number) => number): number[] =>
  tensors.map((values, tensor) => values.reduce((total, _, position) => total + term(tensor, position), 0));

/** What earlier steps have left. */
export interface PlainPast {
  readonly start: PlainParameters;
  readonly previousGradient: PlainParameters;
}

/** Every extra observable of one step, tensor by tensor, as its formula stands in the paper. */
export function plainObservables(
  { parameters: theta, velocity: v }: PlainMoment,
  { parameters: thetaNext, velocity: vNext }: PlainMoment,
  g: PlainParameters,
  { start, previousGradient }: PlainPast,
  { learningRate, momentum, dampening }: { learningRate: number; momentum: number; dampening: number },
): Record<string, number[]> {
  const of = (term: (tensor: number, position: number) => number) => sum(theta, term);
  const third = of((i, k) => vNext[i]![k]! ** 3);
  const second = of((i, k) => theta[i]![k]! * vNext[i]![k]! ** 2);
  const first = of((i, k) => theta[i]![k]! ** 2 * v[i]![k]!);
  return {
    noiseTrace: of((i, k) => g[i]![k]! ** 2),
    parametersSquared: of((i, k) => theta[i]![k]! ** 2),
    parametersDotGradient: of((i, k) => theta[i]![k]! * g[i]![k]!),
    velocityDotGradient: of((i, k) => v[i]![k]! * g[i]![k]!),
    velocitySquared: of((i, k) => v[i]![k]! ** 2),
    nextVelocitySquared: of((i, k) => vNext[i]![k]! ** 2),
    velocityDotParameters: of((i, k) => v[i]![k]! * theta[i]![k]!),
    nextVelocityDotParameters: of((i, k) => vNext[i]![k]! * thetaNext[i]![k]!),
    gradientProduct: of((i, k) => g[i]![k]! * previousGradient[i]![k]!),
    startDistanceSquared: of((i, k) => (thetaNext[i]![k]! - start[i]![k]!) ** 2),
    cubicLeft: of((i, k) => theta[i]![k]! ** 2 * g[i]![k]!),
    cubicRight: theta.map(
      (_, i) =>
        (momentum * first[i]! + learningRate * second[i]! + (learningRate ** 2 / 3) * third[i]!) / (1 - dampening),
    ),
  };
}
