import type { Program, TensorSpecs, TensorValues } from '@fdr/program';
import * as tf from '@tensorflow/tfjs';
import { compileProgram } from '../../src/index.js';

tf.enableProdMode();

type Step = (given: Record<string, tf.Tensor>) => Record<string, tf.Tensor>;

/** A function of tensors, and what it is called with. */
export interface Case {
  /** Shapes (float32) or full specs of the arguments. */
  readonly arguments: Readonly<Record<string, readonly number[] | TensorSpecs[string]>>;
  readonly step: Step;
  readonly values?: TensorValues;
}

const specsOf = (given: Case['arguments']): TensorSpecs =>
  Object.fromEntries(
    Object.entries(given).map(([name, spec]) => [
      name,
      'dtype' in spec ? spec : { shape: spec, dtype: 'float32' as const },
    ]),
  );

/** A case's step as a program: its arguments are settings, its results outputs. */
export const programOf = ({ arguments: given, step }: Case): Program => ({
  name: 'case',
  state: {},
  inputs: {},
  settings: specsOf(given),
  constants: {},
  step: ({ settings }) => ({ state: {}, outputs: step(settings) }),
});

/** Numbers of both signs, away from zero and from each other's ties: 0.35, -0.71, ... */
function spread(size: number, seed: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * seed) * 1.7 + 0.05);
}

/** Runs one step on the eager cpu backend and as a compiled graph, on the same values. */
export async function both({ arguments: given, step, values = {} }: Case): Promise<{
  eager: Record<string, Float32Array>;
  compiled: Record<string, Float32Array>;
}> {
  const specs = specsOf(given);
  const data: TensorValues = Object.fromEntries(
    Object.entries(specs).map(([name, { shape, dtype }], index) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const numbers = spread(size, index + 1);
      if (values[name]) return [name, values[name]];
      if (dtype === 'int32') return [name, Int32Array.from(numbers, (value) => Math.round(value * 3))];
      return [name, dtype === 'uint8' ? Uint8Array.from(numbers, (value) => Math.abs(value) * 100) : numbers];
    }),
  );
  await tf.setBackend('cpu');
  const eager = tf.tidy(() => {
    const tensors = Object.fromEntries(
      Object.entries(specs).map(([name, { shape, dtype }]) => [
        name,
        tf.tensor(data[name]!, [...shape], dtype === 'uint8' ? 'int32' : dtype),
      ]),
    );
    return Object.fromEntries(
      Object.entries(step(tensors)).map(([name, tensor]) => [name, Float32Array.from(tensor.dataSync())]),
    );
  });
  const executable = await compileProgram(programOf({ arguments: given, step }), {}, { threads: 1 });
  const { outputs } = await executable.run({ steps: 1, state: {}, inputs: {}, settings: data });
  await executable.dispose();
  return { eager, compiled: { ...outputs } };
}

/** The largest difference, relative to the larger of 1e-3 and the largest magnitude; NaN agrees with nothing but NaN at the same index. */
export function disagreement(expected: Float32Array, found: Float32Array): number {
  if (expected.length !== found.length || expected.length === 0) return Infinity;
  const scale = expected.reduce(
    (largest, value) => (Number.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest),
    1e-3,
  );
  return expected.reduce((largest, value, i) => {
    const other = found[i]!;
    if (Object.is(value, other) || value === other) return largest;
    const difference = Math.abs(value - other) / scale;
    return Math.max(largest, Number.isNaN(difference) ? Infinity : difference);
  }, 0);
}
