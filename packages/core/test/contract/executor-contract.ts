import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { hessianVectorProgram } from '../../src/landscape/hessian-vector.js';
import { mlp } from '../../src/models/mlp.js';
import { EXTRA_OBSERVABLES, isDefined } from '../../src/observables/catalogue.js';
import { remembering } from '../../src/observables/memory.js';
import { IDENTITY_TOLERANCE } from '../../src/relations/identity.js';
import { optimizerStart } from '../../src/optimizers/optimizer.js';
import { sgd } from '../../src/optimizers/sgd.js';
import { initialParameters, namedSlot, slotName, slotValues, zeroSlot } from '../../src/parameters.js';
import { randomState } from '../../src/random.js';
import { classificationPass } from '../../src/training/classification.js';
import { classificationTask } from '../../src/training/classification-task.js';
import { passProgram } from '../../src/training/example-pass.js';
import type { Executor, Program, TensorValues } from '@fdr/program';
import { identityTrial } from '../../src/training/identity-trial.js';
import { steadyRate, trainingStep } from '../../src/training/step.js';
import { distance } from '../reference/closeness.js';
import { plainHessianVector } from '../reference/hessian.js';
import {
  plainGradients,
  plainLogits,
  plainLoss,
  type PlainExample,
  type PlainParameters,
} from '../reference/perceptron.js';
import { plainStep } from '../reference/sgd.js';
import { SAMPLE_WIDTHS, sampleImages } from './sample-images.js';

export const MOMENTUM_AND_DAMPENING = [
  [0, 0],
  [0.9, 0],
  [0.9, 0.9],
  [0.5, 0.3],
] as const;

/** Every kind of position a program's tensors can have, in arithmetic that is exact in float32. */
const ledger: Program = {
  name: 'ledger',
  state: { balance: { shape: [2], dtype: 'float32' }, steps: { shape: [], dtype: 'int32' } },
  inputs: { rows: { shape: [2], dtype: 'int32' }, amount: { shape: [], dtype: 'float32' } },
  settings: { rate: { shape: [], dtype: 'float32' } },
  constants: { prices: { shape: [4], dtype: 'uint8' }, offset: { shape: [2], dtype: 'float32' } },
  step: ({ state, inputs, settings, constants }) => {
    const prices = tf.cast(tf.gather(constants['prices']!, inputs['rows'] as tf.Tensor1D), 'float32');
    const change = tf.mul(tf.mul(settings['rate']!, inputs['amount']!), tf.add(prices, constants['offset']!));
    const balance = tf.add(state['balance']!, change);
    return {
      state: { balance, steps: tf.add(state['steps']!, tf.scalar(1, 'int32')) },
      outputs: { change, total: tf.sum(balance), before: state['balance']! },
    };
  },
};
const LEDGER_CONSTANTS = { prices: Uint8Array.of(1, 2, 200, 255), offset: Float32Array.of(0.5, -0.5) };
const LEDGER_CALL = {
  steps: 3,
  state: { balance: Float32Array.of(10, 20), steps: Int32Array.of(7) },
  inputs: { rows: Int32Array.of(0, 1, 2, 3, 3, 0), amount: Float32Array.of(1, 2, -1) },
  settings: { rate: Float32Array.of(0.5) },
};

/** What every executor must do. `make` is called once. */
export function executorContract(name: string, make: () => Executor | Promise<Executor>): void {
  describe(`executor ${name}`, () => {
    let executor: Executor;
    beforeAll(async () => {
      executor = await make();
    });

    describe('runs a program', () => {
      it('carries state from step to step and returns every output of every step', async () => {
        const executable = await executor.prepare(ledger, LEDGER_CONSTANTS);
        const { state, outputs } = await executable.run(LEDGER_CALL);
        await executable.dispose();
        // change = rate * amount * (price + offset): 0.5 * 1 * [1.5, 1.5]; 0.5 * 2 * [200.5, 254.5]; -0.5 * [255.5, 0.5]
        expect(outputs['change']).toEqual(Float32Array.of(0.75, 0.75, 200.5, 254.5, -127.75, -0.25));
        expect(outputs['before']).toEqual(Float32Array.of(10, 20, 10.75, 20.75, 211.25, 275.25));
        // 10.75 + 20.75; 211.25 + 275.25; 83.5 + 275
        expect(outputs['total']).toEqual(Float32Array.of(31.5, 486.5, 358.5));
        expect(state).toEqual({ balance: Float32Array.of(83.5, 275), steps: Int32Array.of(10) });
      });

      it('gives the same bits in one call and in two', async () => {
        const executable = await executor.prepare(ledger, LEDGER_CONSTANTS);
        const { rows, amount } = LEDGER_CALL.inputs;
        const whole = await executable.run(LEDGER_CALL);
        const first = await executable.run({
          ...LEDGER_CALL,
          steps: 1,
          inputs: { rows: rows.subarray(0, 2), amount: amount.subarray(0, 1) },
        });
        const second = await executable.run({
          ...LEDGER_CALL,
          steps: 2,
          state: first.state,
          inputs: { rows: rows.subarray(2), amount: amount.subarray(1) },
        });
        await executable.dispose();
        expect(second.state).toEqual(whole.state);
        expect([...first.outputs['total']!, ...second.outputs['total']!]).toEqual([...whole.outputs['total']!]);
      });

      it('leaves the arrays it is given alone, and returns arrays of its own', async () => {
        const call = structuredClone(LEDGER_CALL);
        const executable = await executor.prepare(ledger, LEDGER_CONSTANTS);
        const once = await executable.run(call);
        expect(call).toEqual(LEDGER_CALL);
        (once.state['balance'] as Float32Array).fill(0);
        const again = await executable.run(call);
        await executable.dispose();
        expect(again.state['balance']).toEqual(Float32Array.of(83.5, 275));
      });

      it('runs without state, and without inputs', async () => {
        const spec = { shape: [2], dtype: 'float32' } as const;
        const stateless = await executor.prepare(
          { ...ledger, state: {}, inputs: { x: spec }, settings: {}, constants: {}, step: doubled },
          {},
        );
        const { state, outputs } = await stateless.run({
          steps: 2,
          state: {},
          inputs: { x: Float32Array.of(1, 2, 3, 4) },
          settings: {},
        });
        await stateless.dispose();
        expect(state).toEqual({});
        expect(outputs['twice']).toEqual(Float32Array.of(2, 4, 6, 8));
        const blind = await executor.prepare(
          { ...ledger, state: { x: spec }, inputs: {}, settings: {}, constants: {}, step: growing },
          {},
        );
        const grown = await blind.run({ steps: 3, state: { x: Float32Array.of(1, 2) }, inputs: {}, settings: {} });
        await blind.dispose();
        expect(grown.state['x']).toEqual(Float32Array.of(8, 16));
      });

      it('refuses values that do not fit the program, by name', async () => {
        const executable = await executor.prepare(ledger, LEDGER_CONSTANTS);
        const wrongState = { ...LEDGER_CALL.state, balance: Float32Array.of(1) };
        await expect(executable.run({ ...LEDGER_CALL, state: wrongState })).rejects.toThrow(/balance/);
        const wrongInput = { ...LEDGER_CALL.inputs, rows: Int32Array.of(1) };
        await expect(executable.run({ ...LEDGER_CALL, inputs: wrongInput })).rejects.toThrow(/rows/);
        await expect(executable.run({ ...LEDGER_CALL, settings: {} })).rejects.toThrow(/rate/);
        await expect(executable.run({ ...LEDGER_CALL, steps: 0 })).rejects.toThrow(/steps/);
        await executable.dispose();
        const { offset } = LEDGER_CONSTANTS;
        const wrongConstant = async () => executor.prepare(ledger, { prices: Uint8Array.of(1), offset });
        await expect(wrongConstant()).rejects.toThrow(/prices/);
      });

      it('does not run once disposed', async () => {
        const executable = await executor.prepare(ledger, LEDGER_CONSTANTS);
        await executable.dispose();
        await expect(executable.run(LEDGER_CALL)).rejects.toThrow();
      });
    });

    describe('trains', () => {
      const data = sampleImages();
      const model = mlp(SAMPLE_WIDTHS);
      const task = classificationTask({ model, data, batchSize: 6 });
      const indices = (steps: number) => ({
        ...task.batches(randomState(1, 'shuffling')).take(0, steps),
        ...steadyRate(0.125, steps),
      });
      const plain = (values: TensorValues, slot: string): PlainParameters =>
        model.parameters.map((spec) => [...(values[slotName(slot, spec.name)] as Float32Array)]);
      const examples = (positions: ArrayLike<number>): PlainExample[] =>
        Array.from(positions, (position) => ({
          label: data.train.labels[position]!,
          pixels: [...data.train.images.subarray(position * 12, (position + 1) * 12)].map(
            (byte) => (byte / 255 - 0.4) / 0.2,
          ),
        }));

      it.each(MOMENTUM_AND_DAMPENING)('as plain numbers do, momentum %d, dampening %d', async (momentum, dampening) => {
        const optimizer = sgd({ momentum, dampening });
        const before: TensorValues = {
          ...initialParameters(model.parameters, 3),
          ...(momentum > 0 && zeroSlot('velocity', model.parameters)),
        };
        const program = trainingStep(task.objective, optimizer, { weightDecay: 0.01 });
        const executable = await executor.prepare(program, task.constants);
        const steps = 5;
        const inputs = indices(steps);
        const { state, outputs } = await executable.run({ steps, state: before, inputs, settings: {} });
        await executable.dispose();

        let parameters = plain(before, 'parameters');
        let velocity = parameters.map((tensor) => tensor.map(() => 0));
        const expected = { loss: [] as number[], oL: [] as number[], oR: [] as number[], vDotGradient: [] as number[] };
        for (let step = 0; step < steps; step++) {
          const batch = examples((inputs['indices'] as Int32Array).subarray(step * 6, step * 6 + 6));
          expected.loss.push(plainLoss(SAMPLE_WIDTHS, parameters, batch, 0.01));
          const gradients = plainGradients(SAMPLE_WIDTHS, parameters, batch, 0.01);
          const next = plainStep(parameters, velocity, gradients, { learningRate: 0.125, momentum, dampening });
          ({ parameters, velocity } = next);
          expected.oL.push(...next.oL);
          expected.oR.push(...next.oR);
          expected.vDotGradient.push(...next.vDotGradient);
        }
        // Five steps of float32 against double: some 1e-6.
        expect(distance(plain(state, 'parameters').flat(), parameters.flat())).toBeLessThan(1e-5);
        expect(distance(outputs['loss']!, expected.loss)).toBeLessThan(1e-5);
        expect(distance(outputs['oL']!, expected.oL)).toBeLessThan(1e-5);
        expect(distance(outputs['oR']!, expected.oR)).toBeLessThan(1e-5);
        if (momentum > 0) {
          expect(distance(plain(state, 'velocity').flat(), velocity.flat())).toBeLessThan(1e-5);
          expect(distance(outputs['vDotGradient']!, expected.vDotGradient)).toBeLessThan(1e-5);
        } else expect(Object.keys(outputs).sort()).toEqual(['loss', 'oL', 'oR']);
      });

      it.each(MOMENTUM_AND_DAMPENING)(
        'along the exact identity, momentum %d, dampening %d',
        async (momentum, dampening) => {
          const { total, tensors } = await identityTrial({
            task,
            executor,
            momentum,
            dampening,
            learningRate: 0.1,
            weightDecay: 0.01,
            steps: 10,
            seed: 5,
          });
          expect(total.defect).toBeLessThan(IDENTITY_TOLERANCE);
          for (const { defect } of tensors) expect(defect).toBeLessThan(IDENTITY_TOLERANCE);
          expect(tensors).toHaveLength(6);
        },
      );

      it.each(MOMENTUM_AND_DAMPENING)(
        'the same bits with and without observables, momentum %d, dampening %d',
        async (momentum, dampening) => {
          const observables = EXTRA_OBSERVABLES.filter(isDefined(sgd({ momentum, dampening })));
          const optimizer = remembering(sgd({ momentum, dampening }), observables);
          const { parameters } = model;
          const state: TensorValues = { ...initialParameters(parameters, 3), ...optimizerStart(optimizer, parameters) };
          const trajectory = async (observe: boolean) => {
            const program = trainingStep(task.objective, optimizer, { weightDecay: 0.01, observe, observables });
            const executable = await executor.prepare(program, task.constants);
            const result = await executable.run({ steps: 10, state, inputs: indices(10), settings: {} });
            await executable.dispose();
            return result;
          };
          const [observed, unobserved] = [await trajectory(true), await trajectory(false)];
          expect(Object.keys(unobserved.outputs)).toEqual(['loss']);
          expect(unobserved.state).toEqual(observed.state);
          expect(unobserved.outputs['loss']).toEqual(observed.outputs['loss']);
        },
      );

      it.each(['exact', 'central-differences'] as const)('and differentiates twice (%s)', async (method) => {
        const executable = await executor.prepare(
          hessianVectorProgram(task.objective, { weightDecay: 0.01, method }),
          task.constants,
        );
        const parameters = initialParameters(model.parameters, 3);
        const towards = slotValues('parameters', model.parameters, initialParameters(model.parameters, 8));
        const { state } = await executable.run({
          steps: 1,
          state: zeroSlot('product', model.parameters),
          inputs: { indices: Int32Array.of(0, 1, 2, 3, 4, 5) },
          settings: { ...parameters, ...namedSlot('direction', model.parameters, towards) },
        });
        await executable.dispose();
        const direction = towards.map((values) => [...values]);
        const batch = examples([0, 1, 2, 3, 4, 5]);
        const gradients = (at: PlainParameters) => plainGradients(SAMPLE_WIDTHS, at, batch, 0.01);
        const expected = plainHessianVector(gradients, plain(parameters, 'parameters'), direction);
        const tolerance = method === 'exact' ? 1e-4 : 5e-3;
        expect(distance(plain(state, 'product').flat(), expected.flat())).toBeLessThan(tolerance);
      });

      it('evaluates every example once, however the chunks fall', async () => {
        // 60 examples in chunks of 7: nine chunks, the last with four of them.
        const program = passProgram(classificationPass(model, { count: 60, normalization: data.normalization }), {
          chunk: 7,
          gradient: true,
        });
        const executable = await executor.prepare(program, task.constants);
        const parameters = initialParameters(model.parameters, 3);
        const { state, outputs } = await executable.run({
          steps: 9,
          state: zeroSlot('gradients', model.parameters),
          inputs: {
            indices: Int32Array.from({ length: 63 }, (_, position) => (position < 60 ? position : 0)),
            weights: Float32Array.from({ length: 63 }, (_, position) => (position < 60 ? 1 : 0)),
          },
          settings: parameters,
        });
        await executable.dispose();
        const all = examples(Array.from({ length: 60 }, (_, position) => position));
        const plainOnes = plain(parameters, 'parameters');
        const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0);
        expect(distance([sum(outputs['loss']!) / 60], [plainLoss(SAMPLE_WIDTHS, plainOnes, all, 0)])).toBeLessThan(
          1e-5,
        );
        const right = all.filter(({ pixels, label }) => {
          const logits = plainLogits(SAMPLE_WIDTHS, plainOnes, pixels);
          return logits.indexOf(Math.max(...logits)) === label;
        });
        expect(sum(outputs['correct']!)).toBe(right.length);
        expect(right.length).toBeGreaterThan(0);
        expect(right.length).toBeLessThan(60);
        const gradients = plainGradients(SAMPLE_WIDTHS, plainOnes, all, 0).flat();
        const found = plain(state, 'gradients')
          .flat()
          .map((value) => value / 60);
        expect(distance(found, gradients)).toBeLessThan(1e-5);
      });
    });
  });
}

const doubled: Program['step'] = ({ inputs }) => ({ state: {}, outputs: { twice: tf.mul(2, inputs['x']!) } });
const growing: Program['step'] = ({ state }) => ({ state: { x: tf.mul(2, state['x']!) }, outputs: {} });
