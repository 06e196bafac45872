import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { compile } from '../src/index.js';
import { record } from '../src/recording.js';
import { disagreement } from '../test/reference/agreement.js';
import { ORDINARY_PROGRAMS, type OrdinaryProgram } from '../test/reference/ordinary-programs.js';

/** Sizes of the programs, in those of the tests. */
const SCALE = 4;
/** Milliseconds for which a program is repeated. */
const DURATION = 500;

type Step = (...batch: tf.Tensor[]) => tf.Tensor[] | Promise<tf.Tensor[]>;

/** Loss and gradients by all weights. */
const stepOf =
  ({ weights, loss }: OrdinaryProgram) =>
  (...batch: tf.Tensor[]): tf.Tensor[] =>
    tf.tidy(() => {
      const { value, grads } = tf.variableGrads(() => loss(...batch), [...weights]);
      return [value, ...weights.flatMap(({ name }) => grads[name] ?? [])];
    });

async function values(step: Step, batch: readonly tf.Tensor[]): Promise<Float32Array[]> {
  const results = await step(...batch);
  const read = await Promise.all(results.map(async (result) => Float32Array.from(await result.data())));
  tf.dispose(results);
  return read;
}

/** Milliseconds of a step, the fastest one of {@link DURATION}, the first one apart. */
async function milliseconds(step: Step, batch: readonly tf.Tensor[]): Promise<number> {
  const deadline = performance.now() + DURATION;
  let fastest = Infinity;
  do {
    const began = performance.now();
    await values(step, batch);
    fastest = Math.min(fastest, performance.now() - began);
  } while (performance.now() < deadline);
  return fastest;
}

/** As {@link milliseconds} on another backend; undefined where it lacks a kernel. */
async function onBackend(name: string, step: Step, batch: readonly tf.Tensor[]): Promise<number | undefined> {
  await tf.setBackend(name);
  try {
    return await milliseconds(step, batch);
  } catch {
    return undefined;
  } finally {
    await tf.setBackend('cpu');
  }
}

const ratio = (time: number | undefined, compiled: number): string =>
  (time === undefined ? 'no kernel' : `${(time / compiled).toFixed(1)} x`).padStart(10);

await tf.setBackend('cpu');
tf.enableProdMode();
// The first recording gives einsum its gradient.
await record(() => undefined);
console.log(
  `Loss and gradients, ${availableParallelism()} threads compiled; the others' time in that of the compiled step.\n`,
);
console.log(`${'program'.padEnd(44)}compiled, ms       cpu      wasm  largest difference`);
for (const [name, make] of Object.entries(ORDINARY_PROGRAMS)) {
  const program = make(SCALE);
  const step = stepOf(program);
  const compiled = await compile(step, ...program.batch);
  const [expected, found] = [await values(step, program.batch), await values(compiled, program.batch)];
  const difference = Math.max(...expected.map((numbers, i) => disagreement(numbers, found[i] ?? new Float32Array())));
  const time = await milliseconds(compiled, program.batch);
  const cpu = await onBackend('cpu', step, program.batch);
  const wasm = await onBackend('wasm', step, program.batch);
  await compiled.dispose();
  console.log(
    `${name.padEnd(44)}${time.toFixed(2).padStart(12)}${ratio(cpu, time)}${ratio(wasm, time)}${difference.toExponential(1).padStart(20)}`,
  );
}
