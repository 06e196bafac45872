export { KERNELS, MissingKernelError } from './backend.js';
export type { Call, CallResult, Compiled } from './call.js';
export { compile, type CompileOptions } from './compile.js';
export { onnxExecutor, type OnnxExecutor } from './executor.js';
export type { DataType, Program, Tensors, TensorSpec, TensorSpecs, TensorValues, TypedArray } from './program.js';
export { ReadWhileRecordingError } from './recorder.js';
