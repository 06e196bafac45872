import { describe, expect, it } from 'vitest';
import { initialParameters } from '../src/parameters.js';
import { mlp } from '../src/models/mlp.js';
import { normal, permutation, randomState, uniform } from '../src/random.js';

describe('the random generator', () => {
  it('gives the same numbers for the same seed, others for another seed, stream or position', () => {
    const first = uniform(randomState(7, 'initialization'), 50, 1);
    expect(uniform(randomState(7, 'initialization'), 50, 1)).toEqual(first);
    expect(uniform(randomState(8, 'initialization'), 50, 1).values).not.toEqual(first.values);
    expect(uniform(randomState(7, 'shuffling'), 50, 1).values).not.toEqual(first.values);
    expect(uniform(first.state, 50, 1).values).not.toEqual(first.values);
  });

  it('goes on from a state that has been through JSON', () => {
    const { state } = permutation(randomState(3, 'shuffling'), 100);
    const restored = JSON.parse(JSON.stringify(state)) as number[];
    expect(permutation(restored, 100)).toEqual(permutation(state, 100));
  });

  it('draws every order of three equally often', () => {
    const counts = new Map<string, number>();
    let state = randomState(1, 'shuffling');
    for (let draw = 0; draw < 60_000; draw++) {
      const order = permutation(state, 3);
      state = order.state;
      counts.set(order.values.join(''), (counts.get(order.values.join('')) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(['012', '021', '102', '120', '201', '210']);
    // Each is binomial with mean 10,000 and deviation 91.
    for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(5 * 91);
  });

  it('draws normal numbers of the right moments, an odd count too', () => {
    const { values } = normal(randomState(1, 'shuffling'), 100_001, 2);
    const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
    // Deviations of the moments: 2 / sqrt(n), 4 sqrt(2 / n), 16 sqrt(96 / n).
    expect(Math.abs(moment(1))).toBeLessThan(5 * 0.0064);
    expect(Math.abs(moment(2) - 4)).toBeLessThan(5 * 0.018);
    expect(Math.abs(moment(4) - 48)).toBeLessThan(5 * 0.5);
  });

  it('refuses seeds that are not 32-bit unsigned integers', () => {
    for (const seed of [-1, 1.5, 2 ** 32, NaN])
      expect(() => randomState(seed, 'shuffling')).toThrow(`seed must be an integer in [0, 4294967295]; found ${seed}`);
  });
});

describe('Xavier initialization', () => {
  const values = initialParameters(mlp([784, 200, 200, 10]).parameters, 1);

  it('fills kernels uniformly up to sqrt(6 / (fanIn + fanOut)), and biases with zero', () => {
    const kernel = values['parameters/dense1.kernel'] as Float32Array;
    const limit = Math.sqrt(6 / 984);
    expect(kernel).toHaveLength(784 * 200);
    const largest = kernel.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largest).toBeLessThanOrEqual(limit);
    expect(largest).toBeGreaterThan(0.999 * limit);
    // Variance limit^2 / 3; its relative deviation is sqrt(0.8 / n) = 0.0023.
    const variance = kernel.reduce((sum, value) => sum + value ** 2, 0) / kernel.length;
    expect(Math.abs(variance / (limit ** 2 / 3) - 1)).toBeLessThan(5 * 0.0023);
    expect([...(values['parameters/dense2.bias'] as Float32Array)]).toEqual(Array(200).fill(0));
  });

  it('gives every tensor numbers of its own', () => {
    const second = values['parameters/dense2.kernel'] as Float32Array;
    const third = values['parameters/dense3.kernel'] as Float32Array;
    expect(Math.sign(second[0]!) === Math.sign(third[0]!) && second[1]! / second[0]! === third[1]! / third[0]!).toBe(
      false,
    );
  });
});
