import type { Program } from '@fdr/program';
import * as tf from '@tensorflow/tfjs';

interface CnnOptions {
  /** Height and width of the images, a multiple of 8. */
  readonly size: number;
  readonly examples: number;
  readonly batchSize: number;
  readonly weightDecay: number;
  readonly momentum: number;
  /** Whether pooling comes before or after the ReLU: the values are the same, the cost is not. */
  readonly pooled: 'before ReLU' | 'after ReLU';
}

const CHANNELS = [3, 16, 20, 20] as const;
const CLASSES = 10;

/**
 * A training step of the paper's convolutional network (appendix B.2) with the observables of (17): three times [5, channels, 1, 2; 2],
 * then a fully connected layer. It is written plainly: that is what the compiler is for.
 */
export function cnnProgram({ size, examples, batchSize, weightDecay, momentum, pooled }: CnnOptions): Program {
  const features = (size / 8) ** 2 * CHANNELS[3];
  const shapes = [
    ...CHANNELS.slice(1).flatMap((out, layer) => [[5, 5, CHANNELS[layer]!, out], [out]]),
    [features, CLASSES],
    [CLASSES],
  ];
  const group = (name: string) =>
    Object.fromEntries(shapes.map((shape, i) => [`${name}/${i}`, { shape, dtype: 'float32' as const }]));
  const total = (tensors: readonly tf.Tensor[]) =>
    tensors.map((tensor) => tf.sum(tensor)).reduce((a, b) => tf.add(a, b));
  const halved = (images: tf.Tensor4D) => tf.maxPool(images, 2, 2, 'valid');

  return {
    name: 'cnn',
    state: { ...group('parameters'), ...group('velocity') },
    inputs: { indices: { shape: [batchSize], dtype: 'int32' } },
    settings: { learningRate: { shape: [], dtype: 'float32' } },
    constants: {
      images: { shape: [examples, size, size, CHANNELS[0]], dtype: 'uint8' },
      labels: { shape: [examples], dtype: 'uint8' },
    },
    step({ state, inputs, settings, constants }) {
      const parameters = shapes.map((_, i) => state[`parameters/${i}`]!);
      const indices = inputs['indices'] as tf.Tensor1D;
      const images = tf.sub(tf.mul(tf.cast(tf.gather(constants['images']!, indices), 'float32'), 2 / 255), 1);
      const labels = tf.oneHot(tf.gather(constants['labels']!, indices), CLASSES);
      const loss = (...weights: tf.Tensor[]): tf.Scalar => {
        let activation = images as tf.Tensor4D;
        for (let layer = 0; layer < 3; layer += 1) {
          const convolved = tf.conv2d(activation, weights[2 * layer] as tf.Tensor4D, 1, 'same');
          const biased = tf.add(convolved, weights[2 * layer + 1]!) as tf.Tensor4D;
          activation = pooled === 'before ReLU' ? tf.relu(halved(biased)) : halved(tf.relu(biased));
        }
        const logits = tf.add(
          tf.matMul(tf.reshape(activation, [batchSize, features]), weights[6] as tf.Tensor2D),
          weights[7]!,
        );
        const crossEntropy = tf.losses.softmaxCrossEntropy(labels, logits) as tf.Scalar;
        return tf.add(crossEntropy, tf.mul(weightDecay / 2, total(weights.map((weight) => tf.square(weight)))));
      };
      const { value, grads } = tf.valueAndGrads(loss)(parameters);
      const velocity = grads.map((gradient, i) => tf.sub(tf.mul(momentum, state[`velocity/${i}`]!), gradient));
      const named = (name: string, tensors: readonly tf.Tensor[]) =>
        tensors.map((tensor, i) => [`${name}/${i}`, tensor] as const);
      return {
        state: Object.fromEntries([
          ...named(
            'parameters',
            parameters.map((parameter, i) => tf.add(parameter, tf.mul(settings['learningRate']!, velocity[i]!))),
          ),
          ...named('velocity', velocity),
        ]),
        outputs: {
          loss: value,
          oL: tf.stack(parameters.map((parameter, i) => tf.sum(tf.mul(parameter, grads[i]!)))),
          v2: tf.stack(velocity.map((v) => tf.sum(tf.square(v)))),
          vDotGradient: tf.stack(grads.map((gradient, i) => tf.sum(tf.mul(state[`velocity/${i}`]!, gradient)))),
        },
      };
    },
  };
}
