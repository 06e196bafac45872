import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { TrainingError } from '../training-error.js';

/** TensorFlow.js's native packages, by the name of the backend in a configuration. */
const PACKAGES = { 'tensorflow-gpu': '@tensorflow/tfjs-node-gpu', tensorflow: '@tensorflow/tfjs-node' } as const;
/** A backend that needs a native library of TensorFlow. */
export type NativeBackend = keyof typeof PACKAGES;

/** Node's own compiled interface that both packages ask for. */
const BINDING = 'lib/napi-v8/tfjs_binding.node';
/** The first Node without `util.isNullOrUndefined`, which TensorFlow.js 4.22 calls. */
const FIRST_NODE_TOO_NEW = 23;

const fetchIt = {
  'tensorflow-gpu': 'fetch it with: npm run gpu:install',
  tensorflow: 'install it with: npm install @tensorflow/tfjs-node --ignore-scripts=false',
} as const;

/** Why a native package can't serve here, before it is loaded; undefined if nothing speaks against it. */
export function nativeObstacle(backend: NativeBackend): string | undefined {
  const name = PACKAGES[backend];
  const [major = ''] = process.versions.node.split('.');
  if (Number(major) >= FIRST_NODE_TOO_NEW) {
    return `${name} 4.22 works up to Node ${FIRST_NODE_TOO_NEW - 1}, this is Node ${process.versions.node}; use Node 20 or 22`;
  }
  let folder: string;
  try {
    folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    return `${name} is not installed; ${fetchIt[backend]}`;
  }
  return existsSync(join(folder, BINDING))
    ? undefined
    : `the library of ${name} has not been fetched; ${fetchIt[backend]}`;
}

/**
 * Loads a native package, which registers the TensorFlow.js backend `tensorflow`.
 *
 * @returns whether a GPU computes
 * @throws TrainingError that says what is missing and what to do
 */
export async function loadNative(backend: NativeBackend): Promise<{ readonly gpu: boolean }> {
  const obstacle = nativeObstacle(backend);
  if (obstacle !== undefined) throw new TrainingError(`backend ${backend}: ${obstacle}`);
  try {
    // Not a literal: @tensorflow/tfjs-node need not be installed for the types to check.
    const name: string = PACKAGES[backend];
    await import(name);
    const tf = await import('@tensorflow/tfjs');
    await tf.setBackend('tensorflow');
    const gpu = (tf.backend() as { isUsingGpuDevice?: boolean }).isUsingGpuDevice === true;
    if (backend === 'tensorflow-gpu' && !gpu) {
      throw new TrainingError(
        'backend tensorflow-gpu: no GPU answers; it needs an NVIDIA driver with CUDA 11.2 and cuDNN 8',
      );
    }
    return { gpu };
  } catch (error) {
    if (error instanceof TrainingError) throw error;
    const [reason] = String(error instanceof Error ? error.message : error).split('\n');
    throw new TrainingError(`backend ${backend}: its library does not load (${reason}); ${fetchIt[backend]}`, {
      cause: error,
    });
  }
}
