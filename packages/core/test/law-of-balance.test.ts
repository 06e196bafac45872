import { describe, expect, it } from 'vitest';
import { parametersSquared } from '../src/observables/parameters-squared.js';
import { sgd } from '../src/optimizers/sgd.js';
import { initialParameters, slotValues } from '../src/parameters.js';
import { lawOfBalance, type LayersInBalance } from '../src/relations/index.js';
import { train } from '../src/training/trainer.js';
import { SAMPLE_WIDTHS, sampleImages } from './contract/sample-images.js';
import { base, collect, images, itemsOf } from './contract/sample-training.js';
import { backpropagated } from './reference/backpropagation.js';
import { distance } from './reference/closeness.js';
import { runOf } from './reference/plain-run.js';
import { plainGradients, type PlainParameters } from './reference/perceptron.js';

const parameters = images.objective.parameters.map(({ name, shape }) => ({ name, shape: [...shape] }));
const names = parameters.map(({ name }) => name);

const { train: data } = sampleImages();
/** Example by example, as the training has them. */
const examples = Array.from(data.labels, (label, index) => ({
  label,
  pixels: [...data.images.subarray(index * 12, (index + 1) * 12)].map((byte) => (byte / 255 - 0.4) / 0.2),
}));

const start = (): PlainParameters =>
  slotValues('parameters', images.objective.parameters, initialParameters(images.objective.parameters, 3)).map(
    // Biases are zero at the start, where the law says nothing of them.
    (values, tensor) => [...values].map((value, index) => value + 0.1 * Math.sin(7 * tensor + index)),
  );

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, k) => sum + value * b[k]!, 0);
const square = (a: readonly number[]): number => dot(a, a);

/** D of each pair, from the parameters. */
const differences = (theta: PlainParameters): number[] =>
  [0, 2].map((kernel) => square(theta[kernel]!) + square(theta[kernel + 1]!) - square(theta[kernel + 2]!));

const known = (found: ReturnType<typeof lawOfBalance>): readonly LayersInBalance[] => {
  if ('unknown' in found) throw new Error(found.unknown);
  return found;
};

describe('the law of balance', () => {
  const [learningRate, weightDecay] = [0.1, 0.03];
  const run = { ...runOf({ learningRate, weightDecay }, 10), parameters };

  it('holds batch by batch in float64, and gives the next D', () => {
    let theta = start();
    for (let step = 0; step < 8; step++) {
      const batch = examples.slice(6 * step, 6 * step + 6);
      const gradients = backpropagated(SAMPLE_WIDTHS, theta, batch, weightDecay);
      // The reference is itself what differences of the loss say, to their accuracy.
      if (step === 0)
        expect(
          distance(gradients.flat(), plainGradients(SAMPLE_WIDTHS, theta, batch, weightDecay).flat()),
        ).toBeLessThan(1e-8);
      const layers = Object.fromEntries(
        names.map((name, tensor) => {
          const oLHalf = dot(theta[tensor]!, gradients[tensor]!);
          const oRHalf = (learningRate / 2) * square(gradients[tensor]!);
          return [name, { oLHalf, oRHalf, ratio: oLHalf / oRHalf }];
        }),
      );
      const laws = known(lawOfBalance({ layers }, run));
      expect(laws.map(({ before, after }) => [before, after])).toEqual([
        ['dense1', 'dense2'],
        ['dense2', 'dense3'],
      ]);
      const decays = differences(theta).map((difference) => weightDecay * difference);
      const left = laws.map(({ sides }) => sides.left);
      expect(distance(left, decays)).toBeLessThan(1e-12);
      // The biases are part of it.
      expect(distance([left[0]! - layers['dense1.bias']!.oLHalf], [decays[0]!])).toBeGreaterThan(1e-3);
      const next = theta.map((values, tensor) =>
        values.map((value, index) => value - learningRate * gradients[tensor]![index]!),
      );
      const expected = differences(theta).map((difference, pair) => {
        const { sides } = laws[pair]!;
        return difference - 2 * learningRate * (sides.left - sides.right);
      });
      expect(distance(differences(next), expected)).toBeLessThan(1e-12);
      theta = next;
    }
  });

  it.each([
    [0, 0],
    [0.8, 0.5],
  ])('holds in a training that has forgotten its start, momentum %d, dampening %d', async (momentum, dampening) => {
    // tau = (1 - mu) / (2 (1 - nu) eta lambda): 50 and 20 steps; the averages are over 400.
    const options = { ...base, learningRate: 0.2, weightDecay: 0.05, epochs: 80 };
    const items = await collect(
      train({ ...options, optimizer: sgd({ momentum, dampening }), observables: [parametersSquared] }),
    );
    const epochs = itemsOf('epoch', items).map(({ record }) => record);
    const config = runOf({ learningRate: 0.2, weightDecay: 0.05, optimizer: { kind: 'sgd', momentum, dampening } }, 10);
    const laws = (index: number) => known(lawOfBalance(epochs.at(index)!, { ...config, parameters }));
    for (const { sides, difference } of laws(-1)) {
      expect(distance([0.05 * difference!], [sides.left])).toBeLessThan(1e-5);
      expect(distance([sides.left], [sides.right])).toBeLessThan(0.05);
      expect(Math.abs(sides.left)).toBeGreaterThan(1e-3);
    }
    // At the start it does not hold.
    expect(Math.max(...laws(0).map(({ sides }) => Math.abs(sides.left / sides.right - 1)))).toBeGreaterThan(0.3);
  });

  it('is refused by name where O_R is not defined or O_L has a centre, and NaN of what is not recorded', () => {
    const adam = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
    const of = (change: object) => lawOfBalance({ layers: {} }, { ...runOf(change, 10), parameters });
    expect(of({ optimizer: adam })).toEqual({ unknown: 'O_R is not defined with adam' });
    expect(of({ centre: 'a.safetensors' })).toEqual({ unknown: 'O_L is measured from a centre, not from the origin' });
    expect(known(of({})).map(({ sides, difference }) => [sides.left, difference])).toEqual([
      [NaN, undefined],
      [NaN, undefined],
    ]);
  });
});
