import * as tf from '@tensorflow/tfjs';
import { activations } from './kernels/activation.js';
import { averagePools } from './kernels/average-pooling.js';
import { depthwiseConvolutions } from './kernels/depthwise-convolution.js';
import { einsums, registerEinsumGradient } from './kernels/einsum.js';
import { elementwise } from './kernels/elementwise.js';
import { fused } from './kernels/fused.js';
import { rearranging } from './kernels/rearranging.js';
import { resizing } from './kernels/resize.js';
import { scattering } from './kernels/scattering.js';
import { volumes } from './kernels/volumes.js';
import { arithmetic } from './kernels/arithmetic.js';
import { convolutions } from './kernels/convolution.js';
import type { Kernel, KernelTable } from './kernels/kernel.js';
import { lookups } from './kernels/lookup.js';
import { matrices } from './kernels/matrix.js';
import { pools } from './kernels/pooling.js';
import { reductions } from './kernels/reduction.js';
import { shapes } from './kernels/shape.js';
import { slicingAndJoining } from './kernels/slicing-and-joining.js';
import { Recorder } from './recorder.js';
import { calledOperation, MissingKernelError, RandomWhileRecordingError } from './recording-errors.js';

/** TensorFlow.js's name of the recording backend. */
export const BACKEND = 'onnx-recorder';

/** Every kernel that can be recorded. A new one is one row in one of these tables. */
export const KERNELS: KernelTable = {
  ...arithmetic,
  ...reductions,
  ...matrices,
  ...convolutions,
  ...pools,
  ...shapes,
  ...slicingAndJoining,
  ...lookups,
  ...activations,
  ...elementwise,
  ...fused,
  ...averagePools,
  ...depthwiseConvolutions,
  ...resizing,
  ...volumes,
  ...rearranging,
  ...scattering,
  ...einsums,
};

/** Kernels that draw random numbers: their own seeds would make them the same in every run. */
const RANDOM_KERNELS: ReadonlySet<string> = new Set(['Multinomial']);

const supplied = new Map<string, Kernel>();
let registered: Recorder | undefined;

/**
 * Supplies how a kernel of TensorFlow.js, or of a program's own, is recorded. It replaces a row of {@link KERNELS} of that name.
 *
 * @param kernelName TensorFlow.js's name, as `MissingKernelError` gives it
 */
export function registerKernel(kernelName: string, kernel: Kernel): void {
  supplied.set(kernelName, kernel);
  if (registered) registerWithTensorFlow(kernelName, registered);
}

/** The recording backend, registered with TensorFlow.js at the first call. */
export function recorder(): Recorder {
  if (registered) return registered;
  const backend = new Recorder();
  registerEinsumGradient();
  tf.registerBackend(BACKEND, () => backend, 0);
  // A kernel that only another backend has is refused by name, not with TensorFlow.js's "cannot find kernel".
  const kernelNames = new Set([
    ...Object.keys(KERNELS),
    ...supplied.keys(),
    ...tf.getKernelsForBackend('cpu').map(({ kernelName }) => kernelName),
  ]);
  for (const kernelName of kernelNames) registerWithTensorFlow(kernelName, backend);
  registered = backend;
  return backend;
}

function registerWithTensorFlow(kernelName: string, backend: Recorder): void {
  // TensorFlow.js only warns if a kernel is registered twice, and calls the first one: that one looks the row up.
  const registeredNames = tf.getKernelsForBackend(BACKEND).map(({ kernelName: name }) => name);
  if (registeredNames.includes(kernelName)) return;
  tf.registerKernel({
    kernelName,
    backendName: BACKEND,
    kernelFunc: ({ inputs, attrs }) => {
      const present = Object.entries(inputs).filter((entry): entry is [string, tf.TensorInfo] => !!entry[1]);
      const kernel = supplied.get(kernelName) ?? KERNELS[kernelName];
      if (kernel) return kernel({ recorder: backend, inputs: Object.fromEntries(present), attributes: attrs ?? {} });
      if (RANDOM_KERNELS.has(kernelName)) throw new RandomWhileRecordingError(calledOperation());
      const shapes = Object.fromEntries(present.map(([name, { shape }]) => [name, shape]));
      throw new MissingKernelError(kernelName, shapes, calledOperation());
    },
  });
}
