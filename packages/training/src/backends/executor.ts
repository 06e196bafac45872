import type { Executor } from '@fdr/core';
import type { RunConfig } from '@fdr/records';
import { loadNative, nativeObstacle } from './tensorflow.js';

/** What computes, `auto` resolved. */
export type Backend = Exclude<RunConfig['backend'], 'auto'>;
/** All of them, in the order in which people read them. */
export const BACKENDS: readonly Backend[] = ['onnx', 'tensorflow-gpu', 'tensorflow', 'wasm', 'cpu'];

/** What makes an executor of each backend. Each is loaded only when it is asked for. */
const MAKERS: Readonly<Record<Backend, (threads: number) => Promise<Executor>>> = {
  onnx: async (threads) => {
    const { onnxExecutor } = await import('@fdr/compiler');
    return onnxExecutor({ threads });
  },
  'tensorflow-gpu': async () => {
    await loadNative('tensorflow-gpu');
    return eager('tensorflow');
  },
  tensorflow: async () => {
    await loadNative('tensorflow');
    return eager('tensorflow');
  },
  wasm: async () => {
    await import('@tensorflow/tfjs-backend-wasm');
    return eager('wasm');
  },
  cpu: () => eager('cpu'),
};

async function eager(backend: string): Promise<Executor> {
  const [{ eagerExecutor }, tf] = await Promise.all([import('@fdr/core'), import('@tensorflow/tfjs')]);
  await tf.setBackend(backend);
  return eagerExecutor(backend);
}

/**
 * An executor on the backend asked for.
 *
 * @throws TrainingError if that backend does not work here, with what to do
 */
export async function makeExecutor(backend: Backend, threads: number): Promise<Executor> {
  const { enableProdMode } = await import('@tensorflow/tfjs');
  // TensorFlow.js advertises its native package on every start otherwise.
  enableProdMode();
  return MAKERS[backend](threads);
}

/** The backend that `auto` means here: a GPU that answers, else onnx. It never fails for what is missing. */
export async function resolveBackend(backend: RunConfig['backend']): Promise<Backend> {
  if (backend !== 'auto') return backend;
  if (nativeObstacle('tensorflow-gpu') !== undefined) return 'onnx';
  const { enableProdMode } = await import('@tensorflow/tfjs');
  enableProdMode();
  const works = await loadNative('tensorflow-gpu').then(
    () => true,
    () => false,
  );
  return works ? 'tensorflow-gpu' : 'onnx';
}
