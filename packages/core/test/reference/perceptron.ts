/** Parameters of a perceptron on plain numbers: every tensor row-major, kernel and bias of each layer in turn. */
export type PlainParameters = number[][];

export interface PlainExample {
  readonly pixels: readonly number[];
  readonly label: number;
}

/** Logits of one example; ReLU between the layers. */
export function plainLogits(
  widths: readonly number[],
  parameters: PlainParameters,
  pixels: readonly number[],
): number[] {
  let values = [...pixels];
  for (let layer = 0; layer + 1 < widths.length; layer++) {
    const [inputs, outputs] = [widths[layer]!, widths[layer + 1]!];
    const kernel = parameters[2 * layer]!;
    const bias = parameters[2 * layer + 1]!;
    const next: number[] = [];
    for (let output = 0; output < outputs; output++) {
      let sum = bias[output]!;
      for (let input = 0; input < inputs; input++) sum += values[input]! * kernel[input * outputs + output]!;
      next.push(layer + 2 < widths.length ? Math.max(0, sum) : sum);
    }
    values = next;
  }
  return values;
}

/** Mean cross-entropy plus 1/2 lambda |theta|^2. */
export function plainLoss(
  widths: readonly number[],
  parameters: PlainParameters,
  batch: readonly PlainExample[],
  weightDecay: number,
): number {
  let sum = 0;
  for (const { pixels, label } of batch) {
    const logits = plainLogits(widths, parameters, pixels);
    const normalizer = logits.reduce((total, logit) => total + Math.exp(logit), 0);
    sum -= Math.log(Math.exp(logits[label]!) / normalizer);
  }
  let squares = 0;
  for (const tensor of parameters) for (const value of tensor) squares += value * value;
  return sum / batch.length + (weightDecay / 2) * squares;
}

/** The gradient by central differences: slow, and owing nothing to any rule of differentiation. */
export function plainGradients(
  widths: readonly number[],
  parameters: PlainParameters,
  batch: readonly PlainExample[],
  weightDecay: number,
): PlainParameters {
  const width = 1e-5;
  return parameters.map((tensor) =>
    tensor.map((value, position) => {
      tensor[position] = value + width;
      const above = plainLoss(widths, parameters, batch, weightDecay);
      tensor[position] = value - width;
      const below = plainLoss(widths, parameters, batch, weightDecay);
      tensor[position] = value;
      return (above - below) / (2 * width);
    }),
  );
}
