export { KERNELS, registerKernel } from './backend.js';
export { compileProgram, type CompileProgramOptions } from './compile-program.js';
export { compile, compileWith, toOnnx, type Compiled, type CompileOptions } from './compile.js';
export { onnxExecutor, onnxruntimeVersion } from './executor.js';
export { input, withAttributes, type Kernel, type KernelCall } from './kernels/kernel.js';
export type { Nested } from './nested.js';
export { dropout, randomNormal, randomUniform } from './random.js';
export {
  MissingKernelError,
  RandomWhileRecordingError,
  ReadWhileRecordingError,
  StaleSymbolError,
} from './recording-errors.js';
