import type { Compiled } from './call.js';
import { compile, type CompileOptions } from './compile.js';
import type { Program, TensorValues } from './program.js';

/** {@link compile} in the form of an executor: something with a name that makes programs ready to run. */
export interface OnnxExecutor {
  readonly name: 'onnx';
  prepare(program: Program, constants: TensorValues): Promise<Compiled>;
}

/** @throws RangeError if `threads` is not a whole number from 1 to 256. */
export function onnxExecutor(options: CompileOptions): OnnxExecutor {
  const { threads } = options;
  if (!Number.isInteger(threads) || threads < 1 || threads > 256) {
    throw new RangeError(`threads is ${threads}; expected a whole number from 1 to 256.`);
  }
  return { name: 'onnx', prepare: (program, constants) => compile(program, constants, options) };
}
