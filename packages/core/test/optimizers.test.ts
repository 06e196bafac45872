import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { adam } from '../src/optimizers/adam.js';
import { amsgrad } from '../src/optimizers/amsgrad.js';
import { optimizerOf, type OptimizerChoice } from '../src/optimizers/choice.js';
import type { MomentOptions } from '../src/optimizers/moments.js';
import { optimizerStart, type Optimizer } from '../src/optimizers/optimizer.js';
import { sgd } from '../src/optimizers/sgd.js';
import { eagerExecutor } from '../src/training/eager.js';
import type { TensorValues } from '../src/program.js';
import type { Objective } from '../src/objective.js';
import { trainingStep } from '../src/training/step.js';
import { optimizerContract } from './contract/optimizer-contract.js';
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

async function afterEightSteps(optimizer: Optimizer, carried: TensorValues = {}): Promise<number[]> {
  const executable = await eagerExecutor('cpu').prepare(trainingStep(slope, optimizer, { weightDecay: 0 }), {});
  const { state } = await executable.run({
    steps: 8,
    state: {
      'parameters/position': Float32Array.from(START),
      ...optimizerStart(optimizer, slope.parameters),
      ...carried,
    },
    inputs: { gradient: Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8].flatMap(gradientAt)) },
    settings: { learningRate: Float32Array.of(0.01) },
  });
  await executable.dispose();
  return [...state['parameters/position']!];
}
const gone = (end: readonly number[]): number[] => end.map((value, place) => value - START[place]!);

describe('beside PyTorch', () => {
  const short: MomentOptions = { firstMomentDecay: 0.8, secondMomentDecay: 0.9, denominatorOffset: 1e-3 };
  it.each<readonly [keyof typeof PYTORCH, Optimizer]>([
    ['SGD()', sgd({ momentum: 0, dampening: 0 })],
    ['SGD(momentum=0.9)', sgd({ momentum: 0.9, dampening: 0 })],
    ['Adam()', adam()],
    ['Adam(amsgrad=True)', amsgrad()],
    ['Adam(betas=(0.8, 0.9), eps=1e-3)', adam(short)],
    ['Adam(betas=(0.8, 0.9), eps=1e-3, amsgrad=True)', amsgrad(short)],
  ])('%s is the same', async (name, optimizer) => {
    expect(distance(gone(await afterEightSteps(optimizer)), gone(PYTORCH[name]))).toBeLessThan(1e-5);
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

describe('the choice of an optimizer', () => {
  const base: OptimizerChoice = { momentum: 0, dampening: 0 };

  it('is sgd where nothing is said', () => {
    expect(optimizerOf({ momentum: 0.9, dampening: 0.1 })).toMatchObject({
      ...{ name: 'sgd', slots: ['velocity'], scalars: [] },
      ...{ hyperparameters: { momentum: 0.9, dampening: 0.1 }, dynamics: { momentum: 0.9, dampening: 0.1 } },
    });
  });

  it('has the defaults of the paper for the others, and no relation for them', () => {
    const hyperparameters = { firstMomentDecay: 0.9, secondMomentDecay: 0.999, denominatorOffset: 1e-8 };
    for (const optimizer of ['adam', 'amsgrad'] as const)
      expect(optimizerOf({ ...base, optimizer })).toMatchObject({ name: optimizer, hyperparameters, dynamics: null });
  });

  it.each<readonly [Partial<Record<keyof OptimizerChoice, unknown>>, string]>([
    [{ optimizer: 'rmsprop' }, 'optimizer must be one of sgd, adam, amsgrad; found "rmsprop"'],
    [{ momentum: 1 }, 'momentum must be a number in [0, 1); found 1'],
    [{ dampening: -0.1 }, 'dampening must be a number in [0, 1); found -0.1'],
    [{ optimizer: 'adam', momentum: 0.9 }, 'momentum must be 0 with adam; found 0.9'],
    [{ optimizer: 'amsgrad', dampening: 0.5 }, 'dampening must be 0 with amsgrad; found 0.5'],
    [{ optimizer: 'adam', firstMomentDecay: 1 }, 'firstMomentDecay must be a number in [0, 1); found 1'],
    [{ optimizer: 'adam', secondMomentDecay: NaN }, 'secondMomentDecay must be a number in [0, 1); found NaN'],
    [{ optimizer: 'amsgrad', denominatorOffset: 0 }, 'denominatorOffset must be a number in [1e-30, 1]; found 0'],
  ])('refuses %j', (change, message) => {
    expect(() => optimizerOf({ ...base, ...change } as OptimizerChoice)).toThrow(message);
  });
});
