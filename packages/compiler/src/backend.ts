import * as tf from '@tensorflow/tfjs';
import { arithmetic } from './kernels/arithmetic.js';
import { convolutions } from './kernels/convolution.js';
import type { KernelTable } from './kernels/kernel.js';
import { lookups } from './kernels/lookup.js';
import { matrices } from './kernels/matrix.js';
import { pools } from './kernels/pooling.js';
import { reductions } from './kernels/reduction.js';
import { shapes } from './kernels/shape.js';
import { slicingAndJoining } from './kernels/slicing-and-joining.js';
import { Recorder } from './recorder.js';

const BACKEND = 'onnx-recorder';

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
};

/** A recorded function needs a kernel that is in none of the tables of {@link KERNELS}. */
export class MissingKernelError extends Error {
  override readonly name = 'MissingKernelError';
  /** TensorFlow.js's name of the kernel. */
  readonly kernel: string;

  constructor(kernel: string, shapes: Readonly<Record<string, readonly number[]>>) {
    const inputs = Object.entries(shapes).map(([name, shape]) => `${name} [${shape.join()}]`);
    super(
      `The TensorFlow.js kernel "${kernel}" (inputs: ${inputs.join(', ') || 'none'}) can't be recorded yet. ` +
        'To add it, write one row in a table of packages/compiler/src/kernels that records it as ONNX operators, ' +
        'and one in test/kernels.test.ts; or run this function with the eager executor.',
    );
    this.kernel = kernel;
  }
}

let registered: Recorder | undefined;

/** Registers the recording backend with TensorFlow.js, once. */
function recorder(): Recorder {
  if (registered) return registered;
  const backend = new Recorder();
  tf.registerBackend(BACKEND, () => backend, 0);
  // A kernel that only another backend has is refused by name, not with TensorFlow.js's "cannot find kernel".
  const kernelNames = new Set([
    ...Object.keys(KERNELS),
    ...tf.getKernelsForBackend('cpu').map(({ kernelName }) => kernelName),
  ]);
  for (const kernelName of kernelNames) {
    const kernel = KERNELS[kernelName];
    tf.registerKernel({
      kernelName,
      backendName: BACKEND,
      kernelFunc: ({ inputs, attrs }) => {
        const present = Object.entries(inputs).filter(
          (entry): entry is [string, tf.TensorInfo] => entry[1] !== undefined,
        );
        if (!kernel)
          throw new MissingKernelError(
            kernelName,
            Object.fromEntries(present.map(([name, { shape }]) => [name, shape])),
          );
        return kernel({ recorder: backend, inputs: Object.fromEntries(present), attributes: attrs ?? {} });
      },
    });
  }
  registered = backend;
  return backend;
}

/**
 * Runs `work` with the recording backend active, from an empty graph. `work` is synchronous, so no other code
 * runs on the recording backend. The backend that was active before is active again afterwards.
 *
 * @returns what `work` returns; tensors that it made are disposed
 */
export async function record<Result>(work: (recorder: Recorder) => Result): Promise<Result> {
  await tf.ready();
  const previous = tf.getBackend();
  const backend = recorder();
  // setBackend takes effect before it returns its promise; to await it here would let other code run in between.
  void tf.setBackend(BACKEND);
  tf.engine().startScope('recording');
  try {
    backend.begin();
    return work(backend);
  } finally {
    tf.engine().endScope();
    void tf.setBackend(previous);
  }
}
