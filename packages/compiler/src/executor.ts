import type { Compiled } from './call.js';
import { compile, type CompileOptions } from './compile.js';
import type { Program, TensorValues } from './program.js';

/** An executor that compiles programs. */
export interface OnnxExecutor {
  readonly name: 'onnx';
  /** As {@link compile}, with the executor's options. */
  prepare(program: Program, constants: TensorValues): Promise<Compiled>;
}

/**
 * {@link compile} as an executor.
 *
 * @throws RangeError if `threads` is not a whole number from 1 to 256.
 */
export function onnxExecutor(options: CompileOptions): OnnxExecutor {
  const { threads } = options;
  if (!Number.isInteger(threads) || threads < 1 || threads > 256) {
    throw new RangeError(`threads is ${threads}; expected a whole number from 1 to 256.`);
  }
  return { name: 'onnx', prepare: (program, constants) => compile(program, constants, options) };
}
