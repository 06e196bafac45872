import type { RunConfig } from '@fdr/records';

/** A stretch of training at one learning rate. */
export interface Stage {
  /** eta */
  readonly learningRate: number;
  readonly epochs: number;
}

/** The networks of the paper's experiments (appendix B). */
export type PaperModel = 'mlp' | 'cnn';

/** How the paper trains one of its networks. */
export interface Protocol {
  readonly title: string;
  /** All of a run but its learning rate, length, schedule and seed. */
  readonly base: Pick<RunConfig, 'dataset' | 'weightDecay' | 'batchSize'> & { readonly model: PaperModel };
  /** mu and nu in the runs that test the relations; the comparison of schedules is without momentum (section 3.3). */
  readonly momentum: number;
  readonly dampening: number;
  /** From the Xavier initialization to the parameters that all sequences start from. */
  readonly initial: Stage;
  /** One after another, each from where the last one ended, the velocity zeroed at each junction. */
  readonly sequence: readonly Stage[];
  /** Sequences, each of its own shuffling. */
  readonly seeds: number;
  /** Of figures 4, S1 and S2: epochs in all, and between two drops of the preset schedule. */
  readonly comparison: { readonly epochs: number; readonly everyEpochs: number };
}

/** The letter of a network's half of a figure. */
export type Letter = 'a' | 'b';

const stages = (epochs: number, ...learningRates: readonly number[]): Stage[] =>
  learningRates.map((learningRate) => ({ learningRate, epochs }));

/** Section 3.3: a factor of 10 each 100 epochs. The paper leaves the whole length open; two drops and a half fit in this. */
const COMPARISON = { epochs: 250, everyEpochs: 100 };

/** Appendix B.1: the multilayer perceptron on MNIST. */
const MLP: Protocol = {
  title: 'MLP on MNIST',
  base: { model: 'mlp', dataset: 'mnist', weightDecay: 0.01, batchSize: 100 },
  momentum: 0,
  dampening: 0,
  initial: { learningRate: 0.1, epochs: 100 },
  sequence: [...stages(500, 0.05, 0.02, 0.01), ...stages(1000, 0.005, 0.003)],
  seeds: 4,
  comparison: COMPARISON,
};

/** Appendix B.2: the convolutional network on CIFAR-10. */
const CNN: Protocol = {
  title: 'CNN on CIFAR-10',
  base: { model: 'cnn', dataset: 'cifar10', weightDecay: 0.01, batchSize: 100 },
  momentum: 0.9,
  dampening: 0,
  initial: { learningRate: 0.1, epochs: 100 },
  sequence: [
    ...stages(200, 0.05, 0.02, 0.01),
    ...stages(400, 0.005, 0.003, 0.002, 0.0015, 0.001),
    ...stages(800, 0.0005, 0.00025, 0.0001),
  ],
  seeds: 16,
  comparison: COMPARISON,
};

export const PROTOCOLS: Readonly<Record<PaperModel, Protocol>> = { mlp: MLP, cnn: CNN };
export const LETTERS: Readonly<Record<PaperModel, Letter>> = { mlp: 'a', cnn: 'b' };
