import { synthesize, type Dataset } from '@fdr/datasets';

/** A network of the paper, trained as its appendix B says. */
export interface BenchedNetwork {
  readonly model: 'mlp' | 'cnn';
  readonly title: string;
  readonly imageShape: Dataset['imageShape'];
  /** Training examples of its data set. */
  readonly examples: number;
  readonly momentum: number;
  readonly learningRate: number;
}

export const BATCH_SIZE = 100;
export const WEIGHT_DECAY = 0.01;

export const MLP: BenchedNetwork = {
  ...{ model: 'mlp', title: 'MLP, 784-200-200-10', imageShape: [28, 28], examples: 60_000 },
  ...{ momentum: 0, learningRate: 0.1 },
};
export const CNN: BenchedNetwork = {
  ...{ model: 'cnn', title: 'CNN, 32x32x3 - 3 x [5,16|20,1,2;2] - 10', imageShape: [32, 32, 3], examples: 50_000 },
  // So low that it stays where it began: the network must not diverge in a benchmark's few steps of made-up pictures.
  ...{ momentum: 0.9, learningRate: 0.001 },
};

/** Different pictures; the rest of the examples repeats them. */
const DIFFERENT = 2000;

/** Pictures of a network's size: smooth ones with grain, for pooling is slower where neighbours have nothing to do with each other. */
export function pictures({ imageShape }: BenchedNetwork): Dataset {
  return synthesize({ imageShape, trainCount: DIFFERENT, testCount: 1 });
}

/** As many as the network's data set has. */
export function repeated(bytes: Uint8Array, { examples }: BenchedNetwork): Uint8Array {
  const all = new Uint8Array((bytes.length / DIFFERENT) * examples);
  for (let from = 0; from < all.length; from += bytes.length)
    all.set(bytes.subarray(0, Math.min(bytes.length, all.length - from)), from);
  return all;
}
