export { KERNELS, MissingKernelError } from './backend.js';
export { compile, type CompileOptions } from './compile.js';
export { onnxExecutor, onnxruntimeVersion } from './executor.js';
export { ReadWhileRecordingError } from './recorder.js';
