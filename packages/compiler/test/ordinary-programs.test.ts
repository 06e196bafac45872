import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileWith } from '../src/index.js';
import { record } from '../src/recording.js';
import { disagreement } from './reference/agreement.js';
import { ORDINARY_PROGRAMS } from './reference/ordinary-programs.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
  // The first recording gives einsum its gradient.
  await record(() => undefined);
});

/** Largest difference relative to the largest number of the same tensor. */
const TOLERANCE = 1e-5;

describe('twenty ordinary programs', () => {
  it('are twenty', () => {
    expect(Object.keys(ORDINARY_PROGRAMS)).toHaveLength(20);
  });

  it.each(Object.entries(ORDINARY_PROGRAMS))(
    '%s: loss and gradients agree with the eager cpu backend',
    async (_, make) => {
      const { weights, batch, loss } = make(1);
      const step = (...given: tf.Tensor[]): tf.Tensor[] => {
        const { value, grads } = tf.variableGrads(() => loss(...given), [...weights]);
        return [value, ...weights.map(({ name }) => grads[name]!)];
      };
      const expected = tf.tidy(() => step(...batch).map((tensor) => Float32Array.from(tensor.dataSync())));
      const compiled = await compileWith({ threads: 1 }, step, ...batch);
      const found = await compiled(...batch);
      await compiled.dispose();
      expect(Number.isFinite(expected[0]![0]!)).toBe(true);
      expect(expected.slice(1).some((gradient) => gradient.some((number) => number !== 0))).toBe(true);
      for (const [i, tensor] of found.entries())
        expect(disagreement(expected[i]!, Float32Array.from(tensor.dataSync()))).toBeLessThan(TOLERANCE);
    },
  );
});
