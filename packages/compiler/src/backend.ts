import * as tf from '@tensorflow/tfjs';
import { arithmetic } from './kernels/arithmetic.js';
import { convolutions } from './kernels/convolution.js';
import type { KernelTable } from './kernels/kernel.js';
import { lookups } from './kernels/lookup.js';
import { matrices } from './kernels/matrix.js';
import { parts } from './kernels/part.js';
import { pools } from './kernels/pooling.js';
import { reductions } from './kernels/reduction.js';
import { shapes } from './kernels/shape.js';
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
  ...parts,
  ...lookups,
};

/** TensorFlow.js asked for a kernel that no table has. */
export class MissingKernelError extends Error {
  override readonly name = 'MissingKernelError';
  readonly kernel: string;
  constructor(kernel: string, shapes: Readonly<Record<string, readonly number[]>>) {
    const given = Object.entries(shapes).map(([name, shape]) => `${name} [${shape.join()}]`);
    super(
      `The TensorFlow.js kernel "${kernel}" (inputs: ${given.join(', ') || 'none'}) can't be recorded yet. ` +
        'To add it, write one row in a table of packages/compiler/src/kernels that says it in ONNX operators, ' +
        'and one in test/kernels.test.ts; or run this function with the eager executor.',
    );
    this.kernel = kernel;
  }
}

let installed: Recorder | undefined;

/** Makes the recording backend known to TensorFlow.js, once. */
function recorder(): Recorder {
  if (installed) return installed;
  const backend = new Recorder();
  tf.registerBackend(BACKEND, () => backend, 0);
  // Whatever another backend can do and this one can't is refused by name, not by TensorFlow.js's "cannot find kernel".
  const known = new Set([
    ...Object.keys(KERNELS),
    ...tf.getKernelsForBackend('cpu').map(({ kernelName }) => kernelName),
  ]);
  for (const kernelName of known) {
    const kernel = KERNELS[kernelName];
    tf.registerKernel({
      kernelName,
      backendName: BACKEND,
      kernelFunc: ({ inputs, attrs }) => {
        const given = Object.entries(inputs).filter(
          (entry): entry is [string, tf.TensorInfo] => entry[1] !== undefined,
        );
        if (!kernel)
          throw new MissingKernelError(kernelName, Object.fromEntries(given.map(([name, { shape }]) => [name, shape])));
        return kernel({ recorder: backend, inputs: Object.fromEntries(given), attributes: attrs ?? {} });
      },
    });
  }
  installed = backend;
  return backend;
}

/**
 * Runs `work` with the recording backend active, from an empty graph. It is synchronous, so nothing else of the program can
 * meet the recording backend; the backend that was active before is active again afterwards.
 */
export async function record<Result>(work: (recorder: Recorder) => Result): Promise<Result> {
  await tf.ready();
  const before = tf.getBackend();
  const backend = recorder();
  // setBackend does its work before it returns its promise; awaiting it here would let other code run in between.
  void tf.setBackend(BACKEND);
  try {
    backend.begin();
    return tf.tidy(() => work(backend) as unknown as tf.TensorContainer) as Result;
  } finally {
    void tf.setBackend(before);
  }
}
