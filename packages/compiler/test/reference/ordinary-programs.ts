import * as tf from '@tensorflow/tfjs';

/** A program as its users write it: the weights, a batch, and the loss. */
export interface OrdinaryProgram {
  readonly weights: readonly tf.Variable[];
  readonly batch: readonly tf.Tensor[];
  readonly loss: (...batch: tf.Tensor[]) => tf.Scalar;
}

/** How large the programs are: 1 in tests, more where speed is measured. */
export type Scale = number;

let seed = 1;
const random = (shape: number[]): tf.Tensor => tf.randomNormal(shape, 0, 1, 'float32', (seed += 1));
const labels = (count: number, classes: number): tf.Tensor =>
  tf.cast(
    tf.oneHot(
      tf.tensor1d(
        Array.from({ length: count }, (_, i) => (i * 7) % classes),
        'int32',
      ),
      classes,
    ),
    'float32',
  );
const tokens = (rows: number, columns: number, words: number): tf.Tensor2D =>
  tf.tensor2d(
    Array.from({ length: rows * columns }, (_, i) => (i * i + 3 * i) % words),
    [rows, columns],
    'int32',
  );
const variable = (shape: number[], deviation = 0.3): tf.Variable => tf.variable(tf.mul(random(shape), deviation));
const initializer = () => tf.initializers.glorotUniform({ seed: (seed += 1) });
const recurrent = () => tf.initializers.glorotUniform({ seed: (seed += 1) });
const scalar = (x: tf.Tensor): tf.Scalar => x.asScalar();

type Layers = tf.layers.Layer[];
type Loss = (target: tf.Tensor, output: tf.Tensor) => tf.Scalar;
const crossEntropy: Loss = (target, output) => scalar(tf.mean(tf.metrics.categoricalCrossentropy(target, output)));
const squared: Loss = (target, output) => scalar(tf.losses.meanSquaredError(target, output));

/** The variables of a model's trainable weights. */
const weightsOf = (...models: tf.LayersModel[]): tf.Variable[] =>
  models.flatMap((model) =>
    model.trainableWeights.map((weight) => weight.read()).filter((read) => read instanceof tf.Variable),
  );

function layersModel(layers: Layers, batch: [tf.Tensor, tf.Tensor], loss: Loss): OrdinaryProgram {
  const model = tf.sequential({ layers });
  return {
    weights: weightsOf(model),
    batch,
    loss: (x, target) => loss(target!, model.apply(x!, { training: true }) as tf.Tensor),
  };
}

const dense = (units: number, activation?: 'relu' | 'softmax' | 'sigmoid' | 'tanh' | 'elu', inputShape?: number[]) =>
  tf.layers.dense({
    units,
    kernelInitializer: initializer(),
    ...(activation && { activation }),
    ...(inputShape && { inputShape }),
  });
const conv = (filters: number, kernelSize: number, more: object = {}) =>
  tf.layers.conv2d({ filters, kernelSize, kernelInitializer: initializer(), activation: 'relu', ...more });
const rnn = (units: number) => ({ units, kernelInitializer: initializer(), recurrentInitializer: recurrent() });

const text = (cell: 'lstm' | 'gru', n: Scale): OrdinaryProgram =>
  layersModel(
    [tf.layers[cell]({ ...rnn(8 * n), inputShape: [5 + n, 6] }), dense(6, 'softmax')],
    [random([4 * n, 5 + n, 6]), labels(4 * n, 6)],
    crossEntropy,
  );

function upsamplingAutoencoder(interpolation: 'nearest' | 'bilinear', n: Scale): OrdinaryProgram {
  // TensorFlow.js's gradient of the nearest pixel on the cpu backend holds for a single image only.
  const batch = interpolation === 'nearest' ? 1 : 2 * n;
  const x = tf.sigmoid(random([batch, 8 * n, 8 * n, 1]));
  const layers = [
    conv(4 * n, 3, { padding: 'same', strides: 2, inputShape: [8 * n, 8 * n, 1] }),
    tf.layers.upSampling2d({ size: [2, 2], interpolation }),
    conv(1, 3, { padding: 'same', activation: 'sigmoid' }),
  ];
  return layersModel(layers, [x, x], squared);
}

function variationalAutoencoder(n: Scale): OrdinaryProgram {
  const [input, hidden, latent] = [20 * n, 8 * n, 2 * n];
  const weights = [
    [input, hidden],
    [hidden, latent],
    [hidden, latent],
    [latent, hidden],
    [hidden, input],
  ].map((shape) => variable(shape));
  const [a, b, c, d, e] = weights as [tf.Variable, tf.Variable, tf.Variable, tf.Variable, tf.Variable];
  return {
    weights,
    batch: [tf.sigmoid(random([6 * n, input])), random([6 * n, latent])],
    loss: (x, noise) => {
      const h = tf.elu(tf.matMul(x!, a));
      const [mean, logVariance] = [tf.matMul(h, b), tf.matMul(h, c)];
      const z = tf.add(mean, tf.mul(noise!, tf.exp(tf.mul(logVariance, 0.5))));
      const logits = tf.matMul(tf.relu(tf.matMul(z, d)), e);
      const divergence = tf.mul(
        -0.5,
        tf.mean(tf.sub(tf.sub(tf.add(1, logVariance), tf.square(mean)), tf.exp(logVariance))),
      );
      return scalar(tf.add(tf.losses.sigmoidCrossEntropy(x!, logits), divergence));
    },
  };
}

function adversarial(n: Scale): OrdinaryProgram {
  const generator = tf.sequential({ layers: [dense(12 * n, 'relu', [4]), dense(10 * n, 'tanh')] });
  const discriminator = tf.sequential({
    layers: [dense(8 * n, undefined, [10 * n]), tf.layers.leakyReLU({ alpha: 0.2 }), dense(1)],
  });
  return {
    weights: weightsOf(generator, discriminator),
    batch: [random([6 * n, 10 * n]), random([6 * n, 4])],
    loss: (real, noise) => {
      const judged = (x: tf.Tensor): tf.Tensor => discriminator.apply(x) as tf.Tensor;
      const fake = judged(generator.apply(noise!) as tf.Tensor);
      const ofReal = judged(real!);
      const byDiscriminator = tf.losses.sigmoidCrossEntropy(tf.onesLike(ofReal), ofReal);
      return scalar(tf.add(byDiscriminator, tf.losses.sigmoidCrossEntropy(tf.zerosLike(fake), fake)));
    },
  };
}

/** One block of attention; `product` says how keys, queries and values are multiplied. */
function transformer(n: Scale, byEinsum: boolean): OrdinaryProgram {
  const [batch, length, width, words] = [2 * n, 5 + n, 8 * n, 11];
  const shapes = [
    [words, width],
    [width, width],
    [width, width],
    [width, width],
    [width, 2 * width],
    [2 * width, words],
  ];
  const weights = shapes.map((shape) => variable(shape));
  const [embedding, q, k, v, up, down] = weights as [
    tf.Variable,
    tf.Variable,
    tf.Variable,
    tf.Variable,
    tf.Variable,
    tf.Variable,
  ];
  const project = (x: tf.Tensor, w: tf.Tensor): tf.Tensor =>
    byEinsum
      ? tf.einsum('btd,de->bte', x, w)
      : tf.reshape(tf.matMul(tf.reshape(x, [-1, w.shape[0]!]), w), [batch, length, w.shape[1]!]);
  return {
    weights,
    batch: [tokens(batch, length, words), labels(batch * length, words)],
    loss: (ids, target) => {
      const x = tf.gather(embedding, ids as tf.Tensor2D);
      const [queries, keys, values] = [project(x, q), project(x, k), project(x, v)];
      const scores = byEinsum ? tf.einsum('bqd,bkd->bqk', queries, keys) : tf.matMul(queries, keys, false, true);
      const mask = tf.mul(tf.sub(1, tf.linalg.bandPart(tf.ones([length, length]), -1, 0)), -1e9);
      const attention = tf.softmax(tf.add(tf.div(scores, Math.sqrt(width)), mask));
      const mixed = byEinsum ? tf.einsum('bqk,bkd->bqd', attention, values) : tf.matMul(attention, values);
      const { mean, variance } = tf.moments(tf.add(x, mixed), -1, true);
      const normalized = tf.div(tf.sub(tf.add(x, mixed), mean), tf.sqrt(tf.add(variance, 1e-3)));
      const logits = project(tf.relu(project(normalized, up)), down);
      return scalar(tf.losses.softmaxCrossEntropy(target!, tf.reshape(logits, [batch * length, words])));
    },
  };
}

function residualNetwork(n: Scale): OrdinaryProgram {
  const input = tf.input({ shape: [8 * n, 8 * n, 3] });
  const same = { padding: 'same', activation: 'linear', useBias: false };
  const relu = (): tf.layers.Layer => tf.layers.reLU();
  const normalize = (): tf.layers.Layer => tf.layers.batchNormalization();
  const stem = relu().apply(normalize().apply(conv(4 * n, 3, same).apply(input))) as tf.SymbolicTensor;
  const inner = relu().apply(normalize().apply(conv(4 * n, 3, same).apply(stem)));
  const branch = normalize().apply(conv(4 * n, 3, same).apply(inner)) as tf.SymbolicTensor;
  const sum = relu().apply(tf.layers.add().apply([stem, branch])) as tf.SymbolicTensor;
  const pooled = tf.layers.globalAveragePooling2d({}).apply(sum);
  const model = tf.model({ inputs: input, outputs: dense(5, 'softmax').apply(pooled) as tf.SymbolicTensor });
  return {
    weights: weightsOf(model),
    batch: [random([3 * n, 8 * n, 8 * n, 3]), labels(3 * n, 5)],
    loss: (x, target) => crossEntropy(target!, model.apply(x!, { training: true }) as tf.Tensor),
  };
}

const mobileBlock = (n: Scale): Layers => [
  conv(6 * n, 1, { inputShape: [6 * n, 6 * n, 3], activation: 'relu6' }),
  tf.layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', useBias: false, depthwiseInitializer: initializer() }),
  tf.layers.batchNormalization(),
  tf.layers.reLU({ maxValue: 6 }),
  conv(4 * n, 1, { activation: 'linear' }),
  tf.layers.averagePooling2d({ poolSize: 2 }),
  tf.layers.flatten(),
  dense(4, 'softmax'),
];

function policyGradient(n: Scale): OrdinaryProgram {
  const [a, b] = [variable([4, 12 * n]), variable([12 * n, 3])];
  const actions = tf.tensor1d(
    Array.from({ length: 8 * n }, (_, i) => i % 3),
    'int32',
  );
  return {
    weights: [a, b],
    batch: [random([8 * n, 4]), actions, random([8 * n])],
    loss: (states, taken, advantage) => {
      const logProbabilities = tf.logSoftmax(tf.matMul(tf.tanh(tf.matMul(states!, a)), b));
      const chosen = tf.sum(tf.mul(logProbabilities, tf.oneHot(taken!, 3)), 1);
      return scalar(tf.neg(tf.mean(tf.mul(chosen, advantage!))));
    },
  };
}

function deepQ(n: Scale): OrdinaryProgram {
  const online = tf.sequential({ layers: [dense(12 * n, 'relu', [4]), dense(3)] });
  const target = tf.sequential({ layers: [dense(12 * n, 'relu', [4]), dense(3)] });
  target.setWeights(online.getWeights());
  const actions = tf.tensor1d(
    Array.from({ length: 8 * n }, (_, i) => (i * 2) % 3),
    'int32',
  );
  return {
    weights: weightsOf(online),
    batch: [random([8 * n, 4]), actions, random([8 * n]), random([8 * n, 4])],
    loss: (states, taken, rewards, next) => {
      const best = tf.max(target.apply(next!) as tf.Tensor, 1);
      const chosen = tf.sum(tf.mul(online.apply(states!) as tf.Tensor, tf.oneHot(taken!, 3)), 1);
      return scalar(tf.losses.huberLoss(tf.add(rewards!, tf.mul(best, 0.9)), chosen));
    },
  };
}

function polynomial(): OrdinaryProgram {
  const weights = [0.3, -0.2, 0.5, 0.1].map((value) => tf.variable(tf.scalar(value)));
  const [a, b, c, d] = weights as [tf.Variable, tf.Variable, tf.Variable, tf.Variable];
  const predict = (x: tf.Tensor): tf.Tensor =>
    tf.add(tf.add(tf.mul(a, tf.pow(x, tf.scalar(3, 'int32'))), tf.mul(b, tf.square(x))), tf.add(tf.mul(c, x), d));
  return {
    weights,
    batch: [random([20]), random([20])],
    loss: (x, y) => scalar(tf.mean(tf.square(tf.sub(predict(x!), y!)))),
  };
}

/** The twenty programs by name. Each call makes new weights. */
export const ORDINARY_PROGRAMS: Readonly<Record<string, (n: Scale) => OrdinaryProgram>> = {
  'MNIST, convolutional': (n) =>
    layersModel(
      [
        conv(4 * n, 5, { inputShape: [12 * n, 12 * n, 1] }),
        tf.layers.maxPooling2d({ poolSize: 2, strides: 2 }),
        conv(6 * n, 3),
        tf.layers.flatten(),
        dense(10, 'softmax'),
      ],
      [random([3 * n, 12 * n, 12 * n, 1]), labels(3 * n, 10)],
      crossEntropy,
    ),
  'MNIST, dense': (n) =>
    layersModel(
      [dense(20 * n, 'relu', [49 * n]), dense(10, 'softmax')],
      [random([8 * n, 49 * n]), labels(8 * n, 10)],
      crossEntropy,
    ),
  iris: () =>
    layersModel([dense(10, 'sigmoid', [4]), dense(3, 'softmax')], [random([15, 4]), labels(15, 3)], crossEntropy),
  'Boston housing': () =>
    layersModel([dense(50, 'sigmoid', [12]), dense(1)], [random([20, 12]), random([20, 1])], squared),
  'polynomial regression': polynomial,
  'LSTM text': (n) => text('lstm', n),
  'GRU text': (n) => text('gru', n),
  'addition RNN': (n) =>
    layersModel(
      [
        tf.layers.simpleRNN({ ...rnn(8 * n), inputShape: [5, 6] }),
        tf.layers.repeatVector({ n: 3 }),
        tf.layers.simpleRNN({ ...rnn(8 * n), returnSequences: true }),
        tf.layers.timeDistributed({ layer: dense(6, 'softmax') }),
      ],
      [random([4 * n, 5, 6]), tf.reshape(labels(12 * n, 6), [4 * n, 3, 6])],
      crossEntropy,
    ),
  autoencoder: (n) => {
    const x = tf.sigmoid(random([6 * n, 20 * n]));
    return layersModel([dense(6 * n, 'elu', [20 * n]), dense(20 * n, 'sigmoid')], [x, x], squared);
  },
  'variational autoencoder': variationalAutoencoder,
  'generative adversarial network': adversarial,
  'transformer by matMul': (n) => transformer(n, false),
  'transformer by einsum': (n) => transformer(n, true),
  'residual network with batch normalization': residualNetwork,
  'MobileNet block': (n) =>
    layersModel(mobileBlock(n), [random([2 * n, 6 * n, 6 * n, 3]), labels(2 * n, 4)], crossEntropy),
  'embedding and conv1d of text': (n) =>
    layersModel(
      [
        tf.layers.embedding({
          inputDim: 12,
          outputDim: 6 * n,
          inputLength: 8 * n,
          embeddingsInitializer: initializer(),
        }),
        tf.layers.conv1d({ filters: 5 * n, kernelSize: 3, activation: 'relu', kernelInitializer: initializer() }),
        tf.layers.globalMaxPooling1d({}),
        dense(2, 'softmax'),
      ],
      [tokens(4 * n, 8 * n, 12), labels(4 * n, 2)],
      crossEntropy,
    ),
  'upsampling autoencoder, bilinear': (n) => upsamplingAutoencoder('bilinear', n),
  'upsampling autoencoder, nearest': (n) => upsamplingAutoencoder('nearest', n),
  'policy gradient': policyGradient,
  DQN: deepQ,
};
