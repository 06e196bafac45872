import { availableParallelism } from 'node:os';
import { DATASET_NAMES } from '@fdr/datasets';
import type { RunConfig } from '@fdr/records';

/** More threads than that have not been seen to help a step of this size. */
const MOST_THREADS = 8;

/** What a run is made of when nothing is said: the paper's multilayer perceptron. */
export const DEFAULT_CONFIG: RunConfig = {
  model: 'mlp',
  dataset: 'mnist',
  optimizer: 'sgd',
  learningRate: 0.1,
  momentum: 0,
  dampening: 0,
  weightDecay: 0.01,
  batchSize: 100,
  epochs: 100,
  schedule: 'equilibrium',
  threshold: 0.01,
  decay: 0.1,
  seed: 1,
  backend: 'auto',
  threads: Math.min(availableParallelism(), MOST_THREADS),
};

/** What else is meant where nothing is said but the optimizer: its usual rate, and a schedule that it can have. */
const OPTIMIZER_DEFAULTS: Readonly<Record<RunConfig['optimizer'], Partial<RunConfig>>> = {
  sgd: {},
  adam: { learningRate: 1e-3, schedule: 'constant' },
  amsgrad: { learningRate: 1e-3, schedule: 'constant' },
};

/** What a run by this optimizer is made of when nothing else is said. */
export const defaultsOf = (optimizer: RunConfig['optimizer']): RunConfig => ({
  ...DEFAULT_CONFIG,
  ...OPTIMIZER_DEFAULTS[optimizer],
  optimizer,
});

/** A default as the help shows it: `0.1; 0.001 with adam, amsgrad`. Undefined where nothing is meant. */
export function describeDefault(key: keyof RunConfig): string | undefined {
  const usual = DEFAULT_CONFIG[key];
  if (usual === undefined) return undefined;
  const others = new Map<string, string[]>();
  for (const [optimizer, own] of Object.entries(OPTIMIZER_DEFAULTS)) {
    const value = String(own[key] ?? usual);
    if (value !== String(usual)) others.set(value, [...(others.get(value) ?? []), optimizer]);
  }
  return [usual, ...[...others].map(([value, optimizers]) => `${value} with ${optimizers.join(', ')}`)].join('; ');
}

/** Placeholder and meaning of each flag that sets a key of the configuration. The flag is the key in kebab-case. */
export const CONFIG_FLAGS: Readonly<Record<keyof RunConfig, readonly [placeholder: string, meaning: string]>> = {
  model: ['name', 'network to train'],
  dataset: ['name', `${DATASET_NAMES.join(', ')}, or a folder of IDX or CIFAR-10 files`],
  optimizer: ['name', 'what turns gradients into steps'],
  learningRate: ['eta', 'at the start'],
  momentum: ['mu', 'of the velocity'],
  dampening: ['nu', 'of the gradient that enters the velocity'],
  weightDecay: ['lambda', 'of the loss term 1/2 lambda |theta|^2'],
  batchSize: ['n', 'examples a step'],
  epochs: ['n', 'passes over the training data'],
  schedule: ['name', 'what lowers the learning rate'],
  threshold: ['X', 'equilibrium: lower it when the ratio is within X of 1'],
  decay: ['Y', 'equilibrium: lower it by the factor 1 - Y'],
  balance: ['name', 'equilibrium: whose ratio, that of the total or of the slowest layer (default: total)'],
  minimumSteps: ['n', 'equilibrium: steps that the ratio must be an average of, at least (default: 0)'],
  passes: ['n', 'equilibrium: epochs in a row at whose end the ratio must pass (default: 1)'],
  everyEpochs: ['n', 'step: lower it each n epochs (default: 100)'],
  divisor: ['d', 'step: what it is divided by (default: 10)'],
  patience: ['n', 'plateau: epochs without a lower training loss that are borne (default: 10)'],
  factor: ['f', 'plateau: what it is multiplied by (default: 0.1)'],
  improvement: ['p', 'plateau: part by which the best training loss must be beaten (default: 0.0001)'],
  minimumLearningRate: ['eta', 'no schedule lowers it further (default: 0)'],
  seed: ['n', 'of initialization and shuffling'],
  backend: ['name', 'what computes; auto takes the fastest that works'],
  threads: ['n', 'of the onnx backend, at most: one where more are slower'],
  start: ['checkpoint', 'begin with its parameters instead of new ones'],
  observables: ['names', 'measure these too at each step, as a,b,c or all; help tells what there is'],
};

/** `learningRate` as a flag: `--learning-rate`. */
export function flagOf(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
