import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { adam } from '../src/optimizers/adam.js';
import { amsgrad } from '../src/optimizers/amsgrad.js';
import { optimizerStart, type Optimizer } from '../src/optimizers/optimizer.js';
import { dog } from '../src/optimizers/dog.js';
import { prodigy } from '../src/optimizers/prodigy.js';
import { sgd } from '../src/optimizers/sgd.js';
import { eagerExecutor } from '../src/training/eager.js';
import type { TensorValues } from '@fdr/program';
import type { Objective } from '../src/objective.js';
import { steadyRate, trainingStep } from '../src/training/step.js';
import { optimizerContract } from './contract/optimizer-contract.js';
import { plainDog, plainProdigy, type PlainDescent } from './reference/optimizers.js';
import { distance } from './reference/closeness.js';

optimizerContract('cpu', () => eagerExecutor('cpu'));
optimizerContract('wasm', () => eagerExecutor('wasm'));

/**
 * torch.optim of PyTorch 1.13.0 (Debian) in float64: 8 steps from [1, -0.5, 0.25, 2] with learning rate 0.01 and the gradients
 * `cos(3 t + i) 0.1 (i + 1)`, twenty times as large at t = 3; parameters after the last step.
 */
const PYTORCH = {
  'SGD()': [1.017631494946413, -0.4684971239134658, 0.24816874493385851, 1.9343557642672813],
  'SGD(momentum=0.9)': [1.0839966993052934, -0.3475457489633894, 0.24512405220756206, 1.6880662023653208],
  'SGD(momentum=0.9, dampening=0.3)': [1.0604891890797092, -0.3910483954240358, 0.2451328423021541, 1.7750841601089518],
  'Adam()': [1.0349437025212807, -0.46617671491449575, 0.2240129480740343, 1.964906435221445],
  'Adam(amsgrad=True)': [1.0349427454675793, -0.46617671491449575, 0.2240129480740343, 1.9649085534231168],
  'Adam(betas=(0.8, 0.9), eps=1e-3)': [
    1.0332217391846965, -0.4678419514643981, 0.22631883348191517, 1.9665421021487763,
  ],
  'Adam(betas=(0.8, 0.9), eps=1e-3, amsgrad=True)': [
    1.0310351859295885, -0.4699525726733928, 0.22634578836069374, 1.9687439501871569,
  ],
} as const;

/**
 * dog-optimizer 1.0.3 and prodigyopt 1.1.2 with PyTorch 1.13.0 in float64, on the same eight steps with a learning rate of 1: what they gave
 * after the last step; the slow versions of the contract give the same.
 */
const PACKAGES = {
  'DoG(reps_rel=1e-2)': [1.009702218092636, -0.48506373775339934, 0.24510363652076067, 1.963072764898261],
  'Prodigy(d0=1e-3)': [1.0414013269389264, -0.46156958303100054, 0.22486601878925078, 1.95814803986762],
} as const;

const START = [1, -0.5, 0.25, 2];
const gradientAt = (t: number): number[] =>
  START.map((_, i) => Math.cos(3 * t + i) * 0.1 * (i + 1) * (t === 3 ? 20 : 1));
const slope: Objective = {
  name: 'slope',
  parameters: [{ name: 'position', shape: [4], initialization: { kind: 'constant', value: 0 } }],
  inputs: { gradient: { shape: [4], dtype: 'float32' } },
  constants: {},
  loss: ([position], inputs) => tf.sum(tf.mul(position!, inputs['gradient']!)),
};

async function afterEightSteps(
  optimizer: Optimizer,
  carried: TensorValues = {},
  learningRate = 0.01,
): Promise<number[]> {
  const executable = await eagerExecutor('cpu').prepare(trainingStep(slope, optimizer, { weightDecay: 0 }), {});
  const { state } = await executable.run({
    steps: 8,
    state: {
      'parameters/position': Float32Array.from(START),
      ...optimizerStart(optimizer, slope.parameters),
      ...carried,
    },
    inputs: {
      gradient: Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8].flatMap(gradientAt)),
      ...steadyRate(learningRate, 8),
    },
    settings: {},
  });
  await executable.dispose();
  return [...state['parameters/position']!];
}
const gone = (end: readonly number[]): number[] => end.map((value, index) => value - START[index]!);

describe('beside PyTorch', () => {
  const short = { beta1: 0.8, beta2: 0.9, epsilon: 1e-3 };
  it.each<readonly [keyof typeof PYTORCH, Optimizer]>([
    ['SGD()', sgd()],
    ['SGD(momentum=0.9)', sgd({ momentum: 0.9 })],
    ['Adam()', adam()],
    ['Adam(amsgrad=True)', amsgrad()],
    ['Adam(betas=(0.8, 0.9), eps=1e-3)', adam(short)],
    ['Adam(betas=(0.8, 0.9), eps=1e-3, amsgrad=True)', amsgrad(short)],
  ])('%s is the same', async (name, optimizer) => {
    expect(distance(gone(await afterEightSteps(optimizer)), gone(PYTORCH[name]))).toBeLessThan(1e-5);
  });

  it.each<readonly [keyof typeof PACKAGES, Optimizer, PlainDescent]>([
    ['DoG(reps_rel=1e-2)', dog({ initialMovement: 1e-2 }), plainDog(1e-2)],
    ['Prodigy(d0=1e-3)', prodigy({ initialDistance: 1e-3 }), plainProdigy(1e-3)],
  ])('%s is the same', async (name, optimizer, plain) => {
    expect(distance(gone(await afterEightSteps(optimizer, {}, 1)), gone(PACKAGES[name]))).toBeLessThan(1e-5);
    const gradients = [1, 2, 3, 4, 5, 6, 7, 8].map(gradientAt);
    expect(distance(gone(plain(START, gradients, 1)), gone(PACKAGES[name]))).toBeLessThan(1e-11);
  });

  it('SGD with dampening differs by its undamped first step alone', async () => {
    const optimizer = sgd({ momentum: 0.9, dampening: 0.3 });
    const pytorch = gone(PYTORCH['SGD(momentum=0.9, dampening=0.3)']);
    expect(distance(gone(await afterEightSteps(optimizer)), pytorch)).toBeGreaterThan(0.01);
    // A velocity of -(nu / mu) g at the start makes the first one mu v - (1 - nu) g = -g.
    const velocity = Float32Array.from(gradientAt(1), (gradient) => (-0.3 / 0.9) * gradient);
    const undamped = await afterEightSteps(optimizer, { 'velocity/position': velocity });
    expect(distance(gone(undamped), pytorch)).toBeLessThan(1e-5);
  });
});

describe('the factories of the optimizers', () => {
  it('record kind and options, those left out at their defaults', () => {
    expect(sgd().settings).toEqual({ kind: 'sgd', momentum: 0, dampening: 0 });
    const damped = sgd({ momentum: 0.9, dampening: 0.1 });
    expect(damped.settings).toEqual({ kind: 'sgd', momentum: 0.9, dampening: 0.1 });
    expect(damped).toMatchObject({ slots: ['velocity'], scalars: [], dynamics: { momentum: 0.9, dampening: 0.1 } });
    // The paper's (appendix C.1).
    for (const [kind, make] of [
      ['adam', adam],
      ['amsgrad', amsgrad],
    ] as const) {
      expect(make().settings).toEqual({ kind, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
      expect(make().dynamics).toBeUndefined();
    }
  });

  it.each<readonly [string, () => unknown, string]>([
    ['a momentum of 1', () => sgd({ momentum: 1 }), 'momentum must be a number in [0, 1); found 1'],
    ['a negative momentum', () => sgd({ momentum: -0.1 }), 'momentum must be a number in [0, 1); found -0.1'],
    ['a dampening of 1', () => sgd({ dampening: 1 }), 'dampening must be a number in [0, 1); found 1'],
    ['a negative dampening', () => sgd({ dampening: -0.1 }), 'dampening must be a number in [0, 1); found -0.1'],
    ['a beta1 of 1', () => adam({ beta1: 1 }), 'beta1 must be a number in [0, 1); found 1'],
    ['a beta2 that is NaN', () => adam({ beta2: NaN }), 'beta2 must be a number in [0, 1); found NaN'],
    ['an epsilon of 0', () => amsgrad({ epsilon: 0 }), 'epsilon must be a number in [1e-30, 1]; found 0'],
  ])('refuse %s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});
