import type { PlainParameters } from './perceptron.js';

/** `H d` by central differences of gradients, which are central differences of a loss themselves: good to some 1e-5. */
export function plainHessianVector(
  gradients: (parameters: PlainParameters) => PlainParameters,
  parameters: PlainParameters,
  direction: PlainParameters,
): PlainParameters {
  const step = 1e-4;
  const moved = (factor: number): PlainParameters =>
    parameters.map((tensor, index) => tensor.map((value, position) => value + factor * direction[index]![position]!));
  const [ahead, behind] = [gradients(moved(step)), gradients(moved(-step))];
  return ahead.map((tensor, index) =>
    tensor.map((value, position) => (value - behind[index]![position]!) / (2 * step)),
  );
}
