import * as tf from '@tensorflow/tfjs';
import {
  checkArrays,
  checkCall,
  sizeOf,
  type Call,
  type CallResult,
  type CheckedArray,
  type Executable,
  type Executor,
  type Program,
  type Tensors,
  type TensorSpec,
  type TypedArray,
} from '@fdr/program';
import { correctWebglBackend } from '../kernels/correct-webgl.js';
import { completeWasmBackend } from '../kernels/wasm-filter-gradient.js';
import { tensorNamed } from '../parameters.js';

/** A tensor of a copy: TensorFlow.js may keep the typed array that it is given, and the caller may change it. */
const upload = (values: TypedArray, { shape, dtype }: TensorSpec): tf.Tensor =>
  dtype === 'float32'
    ? tf.tensor(Float32Array.from(values), [...shape], 'float32')
    : tf.tensor(Int32Array.from(values), [...shape], 'int32');

/** The values of a tensor, in an array of the caller's own. Waiting for the device does not block a page. */
async function download(tensor: tf.Tensor, { dtype }: TensorSpec): Promise<TypedArray> {
  const values = await tensor.data();
  return dtype === 'uint8' ? Uint8Array.from(values) : values.slice();
}

const uploadAll = (arrays: readonly CheckedArray[]): Tensors =>
  Object.fromEntries(arrays.map(([name, spec, values]) => [name, upload(values, spec)]));

/** A program on an eager backend. It owns its state only while a call runs, and its constants until it is disposed. */
function executable(program: Program, constants: Tensors, activate: () => Promise<void>, release: () => void) {
  let disposed = false;

  async function run(call: Call): Promise<CallResult> {
    if (disposed) throw new Error(`${program.name} has been disposed; prepare it again`);
    const { steps } = call;
    const { state, inputs, settings } = checkCall(program, call);
    await activate();
    let current: Tensors = {};
    let fixed: Tensors = {};
    let series: Tensors = {};
    const outputs: Record<string, tf.Tensor[]> = {};
    try {
      current = uploadAll(state);
      fixed = uploadAll(settings);
      for (let step = 0; step < steps; step++) {
        const before = current;
        const result = tf.tidy(() => {
          const given = Object.fromEntries(
            inputs.map(([name, spec, values]) => {
              const size = sizeOf(spec.shape);
              return [name, upload(values.subarray(step * size, (step + 1) * size), spec)];
            }),
          );
          // A step may return a tensor of its state. Clones are freed independently of it.
          const next = program.step({ state: before, inputs: given, settings: fixed, constants });
          const own = (group: Tensors) =>
            Object.fromEntries(Object.entries(group).map(([name, tensor]) => [name, tf.clone(tensor)]));
          return { state: own(next.state), outputs: own(next.outputs) };
        });
        tf.dispose(Object.values(before));
        current = result.state;
        for (const [name, tensor] of Object.entries(result.outputs)) (outputs[name] ??= []).push(tensor);
      }
      // Before anything is waited for: another executor may make its own backend active meanwhile.
      series = Object.fromEntries(Object.entries(outputs).map(([name, each]) => [name, joined(each)]));
      const lastState = Object.entries(program.state).map(async ([name, spec]) => {
        const values = await download(tensorNamed(name, current), spec);
        return [name, values] as const;
      });
      const measured = Object.entries(series).map(async ([name, tensor]) => {
        const values = await tensor.data<'float32'>();
        return [name, values.slice()] as const;
      });
      return {
        state: Object.fromEntries(await Promise.all(lastState)),
        outputs: Object.fromEntries(await Promise.all(measured)),
      };
    } finally {
      tf.dispose([current, fixed, series].flatMap((group) => Object.values(group)));
      tf.dispose(Object.values(outputs).flat());
    }
  }

  return {
    run,
    dispose: () => {
      if (!disposed) release();
      disposed = true;
      return Promise.resolve();
    },
  } satisfies Executable;
}

/** One output at every step, one after another: it is downloaded once, after the last step, and no step waits for the device. */
const joined = (tensors: readonly tf.Tensor[]): tf.Tensor =>
  tf.tidy(() => tf.concat(tensors.map((tensor) => tf.reshape(tensor, [tensor.size]))));

/**
 * Runs programs step by step on a TensorFlow.js backend that has been registered by importing its package.
 *
 * The backend is made TensorFlow.js's active one whenever a program runs. Constants are uploaded once for each typed array,
 * shared by all programs, and freed with the last program that uses them.
 *
 * @param backendName `cpu`, `wasm`, `tensorflow`, ...
 * @throws Error from `prepare`, if there is no such backend or it can't start.
 */
export function eagerExecutor(backendName: string): Executor {
  if (backendName === 'wasm') completeWasmBackend();
  const uploaded = new Map<TypedArray, { readonly tensor: tf.Tensor; users: number }>();

  async function activate(): Promise<void> {
    if (!(backendName in tf.engine().registryFactory))
      throw new Error(`TensorFlow.js has no backend "${backendName}"; import its package first`);
    if (backendName === 'webgl') correctWebglBackend();
    // Repeated, because another executor may make its own backend active while this one waits.
    while (tf.getBackend() !== backendName)
      if (!(await tf.setBackend(backendName)))
        throw new Error(`TensorFlow.js could not start its backend "${backendName}"`);
  }

  return {
    name: backendName,
    prepare: async (program, constants) => {
      await activate();
      const arrays = checkArrays(program, 'constants', constants);
      const bound = arrays.map(([name, spec, values]) => {
        const known = uploaded.get(values) ?? { tensor: upload(values, spec), users: 0 };
        known.users++;
        uploaded.set(values, known);
        // Two specs may give one array two shapes. The reshaped tensor shares its memory.
        return [name, tf.reshape(known.tensor, [...spec.shape])] as const;
      });
      const release = () => {
        tf.dispose(bound.map(([, tensor]) => tensor));
        for (const [, , values] of arrays) {
          const known = uploaded.get(values);
          if (!known || --known.users > 0) continue;
          known.tensor.dispose();
          uploaded.delete(values);
        }
      };
      return executable(program, Object.fromEntries(bound), activate, release);
    },
  };
}
