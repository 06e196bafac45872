import { eagerExecutor, type CallResult, type Executor } from '@fdr/core';
import '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { testIdentity } from '../../src/doctor/identity-test.js';

/** An executor that does something to its results. */
function faulty(change: (result: CallResult) => CallResult): Executor {
  const sound = eagerExecutor('cpu');
  return {
    name: 'faulty',
    prepare: async (program, constants) => {
      const executable = await sound.prepare(program, constants);
      return { ...executable, run: async (call) => change(await executable.run(call)) };
    },
  };
}

const scaled = (values: Float32Array | undefined, factor: number) =>
  (values ?? new Float32Array()).map((x) => x * factor);

describe('testIdentity', { timeout: 600_000 }, () => {
  it('passes an executor that computes rightly', async () => {
    const { passed, defect } = await testIdentity(eagerExecutor('cpu'));
    expect(passed).toBe(true);
    expect(defect).toBeLessThan(1e-6);
  });

  it.each<[string, (result: CallResult) => CallResult]>([
    [
      'one side 0.1 % too large',
      ({ state, outputs }) => ({ state, outputs: { ...outputs, oR: scaled(outputs['oR'], 1.001) } }),
    ],
    ['not a number', ({ state, outputs }) => ({ state, outputs: { ...outputs, oL: scaled(outputs['oL'], NaN) } })],
    [
      'a velocity of the wrong size',
      ({ state, outputs }) => ({
        state: { ...state, 'velocity/dense1.kernel': scaled(state['velocity/dense1.kernel'] as Float32Array, 1.1) },
        outputs,
      }),
    ],
  ])('fails %s', async (_, change) => {
    expect((await testIdentity(faulty(change))).passed).toBe(false);
  });
});
