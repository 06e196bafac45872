import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { adam } from '../../src/optimizers/adam.js';
import { amsgrad } from '../../src/optimizers/amsgrad.js';
import { optimizerStart, type Optimizer } from '../../src/optimizers/optimizer.js';
import { dog } from '../../src/optimizers/dog.js';
import { prodigy } from '../../src/optimizers/prodigy.js';
import { scheduleFree } from '../../src/optimizers/schedule-free.js';
import { sgd } from '../../src/optimizers/sgd.js';
import { normal, randomState } from '../../src/random.js';
import type { CallResult, Executor, TensorValues } from '@fdr/program';
import type { Objective } from '../../src/objective.js';
import { steadyRate, trainingStep } from '../../src/training/step.js';
import { distance } from '../reference/closeness.js';
import {
  elementwise,
  plainDog,
  plainMoments,
  plainProdigy,
  plainScheduleFree,
  plainSgd,
  type PlainDescent,
} from '../reference/optimizers.js';

const SHORT = { beta1: 0.8, beta2: 0.9, epsilon: 1e-3 };

type Row = readonly [name: string, Optimizer, PlainDescent];

/** Optimizers in which every element goes its own way, beside the slow one on plain numbers. */
const ELEMENTWISE: readonly Row[] = [
  ['sgd', sgd(), elementwise(plainSgd(0, 0))],
  ['damped sgd', sgd({ dampening: 0.4 }), elementwise(plainSgd(0, 0.4))],
  ['sgd with momentum', sgd({ momentum: 0.9 }), elementwise(plainSgd(0.9, 0))],
  ['sgd with momentum and dampening', sgd({ momentum: 0.9, dampening: 0.3 }), elementwise(plainSgd(0.9, 0.3))],
  ['adam', adam(), elementwise(plainMoments(false))],
  ['adam of short memory', adam(SHORT), elementwise(plainMoments(false, 0.8, 0.9, 1e-3))],
  ['amsgrad', amsgrad(), elementwise(plainMoments(true))],
  ['schedule-free', scheduleFree(), elementwise(plainScheduleFree())],
  ['schedule-free with warm-up', scheduleFree({ warmupSteps: 7 }), elementwise(plainScheduleFree(7))],
  ['amsgrad of short memory', amsgrad(SHORT), elementwise(plainMoments(true, 0.8, 0.9, 1e-3))],
];

/** Every optimizer, beside the slow one on plain numbers. */
const OPTIMIZERS: readonly Row[] = [
  ...ELEMENTWISE,
  ['dog', dog(), plainDog(1e-6)],
  ['dog of large first steps', dog({ initialMovement: 0.1 }), plainDog(0.1)],
  ['prodigy', prodigy({ initialDistance: 1e-3 }), plainProdigy(1e-3)],
  ['prodigy of short memory', prodigy({ ...SHORT, initialDistance: 0.1 }), plainProdigy(0.1, 0.8, 0.9, 1e-3)],
];

/** A loss whose gradient is the input: `theta . g`. */
const slope: Objective = {
  name: 'slope',
  parameters: [
    { name: 'kernel', shape: [2, 3], initialization: { kind: 'constant', value: 0 } },
    { name: 'bias', shape: [2], initialization: { kind: 'constant', value: 0 } },
  ],
  inputs: { kernel: { shape: [2, 3], dtype: 'float32' }, bias: { shape: [2], dtype: 'float32' } },
  constants: {},
  loss: ([kernel, bias], inputs) =>
    tf.add(tf.sum(tf.mul(kernel!, inputs['kernel']!)), tf.sum(tf.mul(bias!, inputs['bias']!))),
};

const STEPS = 40;
/** Gradients of very different size, and one step twenty times as large as the rest. */
const GRADIENTS = Array.from({ length: STEPS }, (_, step) =>
  [...normal(randomState(step, 'shuffling'), 8, step === 5 ? 20 : 1).values].map((value, position) =>
    Math.fround(value * 10 ** (position - 5)),
  ),
);
const START = [0.3, -1, 0.5, 0.2, -0.1, 0.7, 0.05, -0.4];

/** What every optimizer must do, on one executor. */
export function optimizerContract(name: string, make: () => Executor | Promise<Executor>): void {
  describe(`optimizers on ${name}`, () => {
    let executor: Executor;
    beforeAll(async () => {
      executor = await make();
    });

    const begin = (optimizer: Optimizer): TensorValues => ({
      'parameters/kernel': Float32Array.from(START.slice(0, 6)),
      'parameters/bias': Float32Array.from(START.slice(6)),
      ...optimizerStart(optimizer, slope.parameters),
    });
    const inputs = (gradients: readonly (readonly number[])[]) => ({
      kernel: Float32Array.from(gradients.flatMap((gradient) => gradient.slice(0, 6))),
      bias: Float32Array.from(gradients.flatMap((gradient) => gradient.slice(6))),
    });
    async function descend(
      optimizer: Optimizer,
      gradients: readonly (readonly number[])[],
      { state = begin(optimizer), observe = true } = {},
    ): Promise<CallResult> {
      const executable = await executor.prepare(trainingStep(slope, optimizer, { weightDecay: 0, observe }), {});
      const result = await executable.run({
        steps: gradients.length,
        state,
        inputs: { ...inputs(gradients), ...steadyRate(0.125, gradients.length) },
        settings: {},
      });
      await executable.dispose();
      return result;
    }
    const parametersOf = ({ state }: Pick<CallResult, 'state'>): number[] => [
      ...state['parameters/kernel']!,
      ...state['parameters/bias']!,
    ];

    describe.each(OPTIMIZERS)('%s', (_, optimizer, plain) => {
      it('goes where plain numbers go', async () => {
        const found = parametersOf(await descend(optimizer, GRADIENTS));
        const expected = plain(START.map(Math.fround), GRADIENTS, 0.125);
        // Each element by itself: how far it has gone, to a few float32 roundings of its largest value and of 40 updates.
        found.forEach((value, element) => {
          const gone = expected[element]! - START[element]!;
          expect(Math.abs(value - expected[element]!)).toBeLessThan(2e-5 * Math.abs(gone) + 1e-6);
        });
        expect(distance(found, expected)).toBeLessThan(1e-6);
      });

      it('takes the same way to the last bit when it is not observed', async () => {
        const observed = await descend(optimizer, GRADIENTS);
        const unobserved = await descend(optimizer, GRADIENTS, { observe: false });
        expect(unobserved.state).toEqual(observed.state);
        expect(unobserved.outputs['loss']).toEqual(observed.outputs['loss']);
        expect(Object.keys(unobserved.outputs)).toEqual(['loss']);
        expect('oL' in observed.outputs).toBe(true);
        expect('oR' in observed.outputs).toBe(optimizer.dynamics !== undefined);
      });

      it('goes on from its state to the last bit', async () => {
        const whole = await descend(optimizer, GRADIENTS);
        const half = await descend(optimizer, GRADIENTS.slice(0, 17));
        const rest = await descend(optimizer, GRADIENTS.slice(17), { state: half.state });
        expect(rest.state).toEqual(whole.state);
      });

      it('stays where it is while all gradients are zero', async () => {
        const { state } = await descend(
          optimizer,
          Array.from({ length: 5 }, () => START.map(() => 0)),
        );
        expect(parametersOf({ state })).toEqual(START.map(Math.fround));
        for (const [key, values] of Object.entries(state))
          if (!key.startsWith('parameters/') && !key.startsWith('optimizer/'))
            expect([...values].every((value) => value === 0)).toBe(true);
      });
    });

    describe.each(ELEMENTWISE)('%s', (_, optimizer) => {
      it('moves for no other reason than its own gradient', async () => {
        const alone = GRADIENTS.map((gradient) => gradient.map((value, position) => (position === 2 ? value : 0)));
        const [found, all] = [await descend(optimizer, alone), await descend(optimizer, GRADIENTS)];
        expect(parametersOf(found).filter((_value, position) => position !== 2)).toEqual(
          START.map(Math.fround).filter((_value, position) => position !== 2),
        );
        expect(parametersOf(found)[2]).toBe(parametersOf(all)[2]);
        expect(parametersOf(found)[2]).not.toBe(Math.fround(START[2]!));
      });
    });
  });
}
