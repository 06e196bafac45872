import type { Executor } from '@fdr/program';
import { env } from 'onnxruntime-node';
import { compileProgram, type CompileProgramOptions } from './compile-program.js';

/**
 * {@link compileProgram} as an executor.
 *
 * @throws RangeError if `threads` is not a whole number from 1 to 256.
 */
export function onnxExecutor(options: CompileProgramOptions): Executor {
  const { threads } = options;
  if (!Number.isInteger(threads) || threads < 1 || threads > 256)
    throw new RangeError(`threads is ${threads}; expected a whole number from 1 to 256.`);
  return { name: 'onnx', prepare: (program, constants) => compileProgram(program, constants, options) };
}

/** Version of ONNX Runtime: another one may differ in the last bits. */
export const onnxruntimeVersion = (): string => env.versions.node ?? env.versions.common;
