import type { Program, TensorValues } from '@fdr/program';
import * as tf from '@tensorflow/tfjs';

interface MlpOptions {
  /** Widths of all layers, input first. */
  readonly widths: readonly number[];
  readonly examples: number;
  readonly batchSize: number;
  readonly weightDecay: number;
  readonly momentum: number;
}

/** A training step of a multilayer perceptron with the observables of (17). It is written plainly: that is what the compiler is for. */
export function mlpProgram({ widths, examples, batchSize, weightDecay, momentum }: MlpOptions): Program {
  const shapes = widths.slice(1).flatMap((width, layer) => [[widths[layer]!, width], [width]]);
  const [inputSize, classes] = [widths[0]!, widths.at(-1)!];
  const group = (name: string) =>
    Object.fromEntries(shapes.map((shape, i) => [`${name}/${i}`, { shape, dtype: 'float32' as const }]));
  const total = (tensors: readonly tf.Tensor[]) =>
    tensors.map((tensor) => tf.sum(tensor)).reduce((a, b) => tf.add(a, b));

  return {
    name: 'mlp',
    state: { ...group('parameters'), ...(momentum > 0 ? group('velocity') : {}) },
    inputs: { indices: { shape: [batchSize], dtype: 'int32' } },
    settings: { learningRate: { shape: [], dtype: 'float32' } },
    constants: {
      images: { shape: [examples, inputSize], dtype: 'uint8' },
      labels: { shape: [examples], dtype: 'uint8' },
    },
    step({ state, inputs, settings, constants }) {
      const parameters = shapes.map((_, i) => state[`parameters/${i}`]!);
      const images = tf.div(
        tf.sub(tf.cast(tf.gather(constants['images']!, inputs['indices'] as tf.Tensor1D), 'float32'), 33),
        78,
      );
      const labels = tf.oneHot(tf.gather(constants['labels']!, inputs['indices'] as tf.Tensor1D), classes);
      const loss = (...weights: tf.Tensor[]): tf.Scalar => {
        let activation: tf.Tensor = images;
        for (let layer = 0; layer < widths.length - 1; layer += 1) {
          if (layer > 0) activation = tf.relu(activation);
          activation = tf.add(
            tf.matMul(activation as tf.Tensor2D, weights[2 * layer] as tf.Tensor2D),
            weights[2 * layer + 1]!,
          );
        }
        const crossEntropy = tf.losses.softmaxCrossEntropy(labels, activation) as tf.Scalar;
        return tf.add(crossEntropy, tf.mul(weightDecay / 2, total(weights.map((weight) => tf.square(weight)))));
      };
      const { value, grads } = tf.valueAndGrads(loss)(parameters);
      const after = grads.map((g, i) =>
        momentum > 0 ? tf.sub(tf.mul(momentum, state[`velocity/${i}`]!), g) : tf.neg(g),
      );
      const named = (name: string, tensors: readonly tf.Tensor[]) =>
        tensors.map((tensor, i) => [`${name}/${i}`, tensor] as const);
      return {
        state: Object.fromEntries([
          ...named(
            'parameters',
            parameters.map((p, i) => tf.add(p, tf.mul(settings['learningRate']!, after[i]!))),
          ),
          ...(momentum > 0 ? named('velocity', after) : []),
        ]),
        outputs: {
          loss: value,
          oL: tf.stack(parameters.map((p, i) => tf.sum(tf.mul(p, grads[i]!)))),
          v2: total(after.map((v) => tf.square(v))),
        },
      };
    },
  };
}

/** A small linear congruential generator: the same numbers everywhere. */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Uniform random values for every tensor of a spec, kernels scaled as Glorot and Bengio do. */
export function randomState(specs: Program['state'], seed: number): TensorValues {
  const next = numbers(seed);
  return Object.fromEntries(
    Object.entries(specs).map(([name, { shape }]) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const limit = name.startsWith('velocity') ? 0 : Math.sqrt(6 / (shape[0]! + (shape[1] ?? 0)));
      return [name, Float32Array.from({ length: size }, () => (2 * next() - 1) * limit)];
    }),
  );
}
