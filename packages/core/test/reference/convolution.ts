import type { PlainExample, PlainParameters } from './perceptron.js';

/** A picture on plain numbers: [rows][columns][channels]. */
type Picture = number[][][];

/** Stride 1, zeros around; kernel [filter, filter, inputs, outputs], row-major. */
export function plainConvolution(picture: Picture, kernel: readonly number[], bias: readonly number[]): Picture {
  const inputs = picture[0]![0]!.length;
  const outputs = bias.length;
  const filter = Math.sqrt(kernel.length / inputs / outputs);
  const padding = (filter - 1) / 2;
  return picture.map((row, i) =>
    row.map((_, j) =>
      bias.map((start, output) => {
        let sum = start;
        for (let k = 0; k < filter; k++)
          for (let l = 0; l < filter; l++)
            for (let input = 0; input < inputs; input++)
              sum +=
                (picture[i + k - padding]?.[j + l - padding]?.[input] ?? 0) *
                kernel[((k * filter + l) * inputs + input) * outputs + output]!;
        return sum;
      }),
    ),
  );
}

/** ReLU, then the largest of each square: the order of the paper. */
export function plainReluAndPool(picture: Picture, width: number): Picture {
  const positions = Array.from(
    { length: width * width },
    (_, position) => [Math.floor(position / width), position % width] as const,
  );
  return Array.from({ length: Math.floor(picture.length / width) }, (_, i) =>
    Array.from({ length: Math.floor(picture[0]!.length / width) }, (__, j) =>
      picture[0]![0]!.map((___, channel) =>
        Math.max(...positions.map(([k, l]) => Math.max(0, picture[i * width + k]![j * width + l]![channel]!))),
      ),
    ),
  );
}

/** Logits of one example: convolution, ReLU, pooling, as often as there are such parameters, then the dense layer. */
export function plainCnnLogits(
  [rows, columns, channels]: readonly [number, number, number],
  pool: number,
  parameters: PlainParameters,
  pixels: readonly number[],
): number[] {
  let picture: Picture = Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (__, j) =>
      pixels.slice((i * columns + j) * channels, (i * columns + j + 1) * channels),
    ),
  );
  for (let layer = 0; layer < parameters.length / 2 - 1; layer++)
    picture = plainReluAndPool(plainConvolution(picture, parameters[2 * layer]!, parameters[2 * layer + 1]!), pool);
  const features = picture.flat(2);
  const [kernel, bias] = [parameters.at(-2)!, parameters.at(-1)!];
  return bias.map((start, output) =>
    features.reduce((sum, value, position) => sum + value * kernel[position * bias.length + output]!, start),
  );
}

export type PlainNetwork = (parameters: PlainParameters, pixels: readonly number[]) => number[];

/** Mean cross-entropy plus 1/2 lambda |theta|^2 of any network. */
export function plainNetworkLoss(
  network: PlainNetwork,
  parameters: PlainParameters,
  batch: readonly PlainExample[],
  weightDecay: number,
): number {
  const losses = batch.map(({ pixels, label }) => {
    const logits = network(parameters, pixels);
    return Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0)) - logits[label]!;
  });
  const squares = parameters.flat().reduce((sum, value) => sum + value * value, 0);
  return losses.reduce((sum, loss) => sum + loss, 0) / batch.length + (weightDecay / 2) * squares;
}

/** Its gradient by central differences. */
export function plainNetworkGradients(
  network: PlainNetwork,
  parameters: PlainParameters,
  batch: readonly PlainExample[],
  weightDecay: number,
): PlainParameters {
  const width = 1e-6;
  const at = (tensor: number, position: number, value: number): number => {
    const moved = parameters.map((values, index) => (index === tensor ? values.with(position, value) : values));
    return plainNetworkLoss(network, moved, batch, weightDecay);
  };
  return parameters.map((values, tensor) =>
    values.map(
      (value, position) => (at(tensor, position, value + width) - at(tensor, position, value - width)) / (2 * width),
    ),
  );
}
