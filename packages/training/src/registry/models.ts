import { cnn, mlp, type Model } from '@fdr/core';
import type { Dataset } from '@fdr/datasets';
import type { RunConfig } from '@fdr/records';

/** Neurons of each hidden layer of the paper's multilayer perceptron (appendix B.1). */
const HIDDEN = [200, 200];

type Pictures = Pick<Dataset, 'imageShape' | 'classes'>;

const NETWORKS: Readonly<Record<RunConfig['model'], (data: Pictures) => Model>> = {
  mlp: ({ imageShape, classes }) =>
    mlp([imageShape.reduce<number>((size, side) => size * side, 1), ...HIDDEN, classes]),
  cnn: ({ imageShape: [rows, columns, channels = 1], classes }) =>
    cnn({ inputShape: [rows, columns, channels], outputs: classes }),
};

/** The paper's network of that name (appendix B), for pictures and classes like those of the data. */
export const networkFor = (name: RunConfig['model'], data: Pictures): Model => NETWORKS[name](data);
