import type { PlainExample, PlainParameters } from './perceptron.js';

/**
 * The gradient of mean cross-entropy plus 1/2 lambda |theta|^2 of a ReLU perceptron in float64, by the chain rule: layer by layer, example by example,
 * number by number.
 */
export function backpropagated(
  widths: readonly number[],
  parameters: PlainParameters,
  batch: readonly PlainExample[],
  weightDecay: number,
): PlainParameters {
  const gradients = parameters.map((tensor) => tensor.map((value) => weightDecay * value));
  const layers = widths.length - 1;
  for (const { pixels, label } of batch) {
    const hidden: (readonly number[])[] = [pixels];
    for (let layer = 0; layer < layers; layer++) {
      const outputs = parameters[2 * layer + 1]!.map((bias, output) =>
        hidden[layer]!.reduce(
          (sum, value, input) => sum + value * parameters[2 * layer]![input * widths[layer + 1]! + output]!,
          bias,
        ),
      );
      hidden.push(layer + 1 < layers ? outputs.map((value) => Math.max(0, value)) : outputs);
    }
    const exponentials = hidden[layers]!.map(Math.exp);
    const normalizer = exponentials.reduce((sum, value) => sum + value, 0);
    let errors = exponentials.map((value, output) => value / normalizer - (output === label ? 1 : 0));
    for (let layer = layers - 1; layer >= 0; layer--) {
      const [inputs, outputs] = [widths[layer]!, widths[layer + 1]!];
      for (let output = 0; output < outputs; output++) {
        gradients[2 * layer + 1]![output]! += errors[output]! / batch.length;
        for (let input = 0; input < inputs; input++)
          gradients[2 * layer]![input * outputs + output]! += (hidden[layer]![input]! * errors[output]!) / batch.length;
      }
      errors = hidden[layer]!.map((value, input) =>
        value > 0
          ? errors.reduce((sum, error, output) => sum + error * parameters[2 * layer]![input * outputs + output]!, 0)
          : 0,
      );
    }
  }
  return gradients;
}
