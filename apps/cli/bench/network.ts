import { synthesize, type Dataset } from '@fdr/datasets';

/** A network of the paper, trained as its appendix B says. */
export interface BenchmarkNetwork {
  readonly model: 'mlp' | 'cnn';
  readonly title: string;
  readonly imageShape: Dataset['imageShape'];
  /** Training examples of its data set. */
  readonly examples: number;
  readonly momentum: number;
  readonly learningRate: number;
}

/** Examples in a mini-batch. */
export const BATCH_SIZE = 100;
/** lambda. */
export const WEIGHT_DECAY = 0.01;

/** The multilayer perceptron of appendix B.1. */
export const MLP: BenchmarkNetwork = {
  model: 'mlp',
  title: 'MLP, 784-200-200-10',
  imageShape: [28, 28],
  examples: 60_000,
  momentum: 0,
  learningRate: 0.1,
};

/** The convolutional network of appendix B.2. */
export const CNN: BenchmarkNetwork = {
  model: 'cnn',
  title: 'CNN, 32x32x3 - 3 x [5,16|20,1,2;2] - 10',
  imageShape: [32, 32, 3],
  examples: 50_000,
  momentum: 0.9,
  // So low that it hardly moves: the network must not diverge in a benchmark's few steps on synthetic images.
  learningRate: 0.001,
};

/** Distinct images; the rest of the examples repeats them. */
const DISTINCT = 2000;

/** Images of a network's size. They are smooth with some grain, since pooling is slower where neighbours have nothing to do with each other. */
export function benchmarkImages({ imageShape }: BenchmarkNetwork): Dataset {
  return synthesize({ imageShape, trainCount: DISTINCT, testCount: 1 });
}

/** The bytes of the distinct examples, repeated until there are as many as in the network's data set. */
export function repeated(bytes: Uint8Array, { examples }: BenchmarkNetwork): Uint8Array {
  const all = new Uint8Array((bytes.length / DISTINCT) * examples);
  for (let from = 0; from < all.length; from += bytes.length)
    all.set(bytes.subarray(0, Math.min(bytes.length, all.length - from)), from);
  return all;
}
